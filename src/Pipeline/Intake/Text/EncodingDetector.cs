using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Pipeline.Intake;

/// <summary>
/// Finds the encoding of a file: by its mark, by what only UTF-8 or UTF-16 looks like, otherwise by its lines that are not ASCII, of which a sample is tried in each code page.
/// Reads the whole file once; memory: two buffers and the sample.
/// </summary>
internal sealed class EncodingDetector
{
    private const int BufferSize = 64 * 1024;
    private const int LargestSample = 256 * 1024;

    // Characters of several bytes for each line with invalid ones from which on a file is UTF-8 with damaged rows.
    private const int ClearlyUtf8 = 9;

    private readonly List<byte[]> _sample = [];
    private readonly ArrayBufferWriter<byte> _line = new(256);
    private readonly long[] _zeros = new long[2];
    private long _total;
    private long _controls;
    private long _multibyte;
    private long _invalidLines;
    private long _lines;
    private int _sampled;

    /// <summary>The encoding of a file.</summary>
    /// <param name="raw">The file from its beginning.</param>
    /// <param name="named">The encoding that the user named; null finds it out.</param>
    /// <param name="tolerated">The share of lines that may hold bytes that are not UTF-8 where nothing tells another encoding; their rows are rejected.</param>
    /// <exception cref="IntakeException">The file is not text, or its bytes do not tell the encoding.</exception>
    public static TextEncoding Detect(Stream raw, string? named, double tolerated)
    {
        byte[] buffer = new byte[BufferSize];
        int count = raw.ReadAtLeast(buffer, 4, throwOnEndOfStream: false);
        ReadOnlySpan<byte> first = buffer.AsSpan(0, count);
        if (named is not null)
        {
            return TextEncoding.Named(named, first);
        }

        switch (first)
        {
            case [0xEF, 0xBB, 0xBF, ..]:
                return TextEncoding.Utf8 with { Mark = 3 };
            case [0xFF, 0xFE, ..]:
                return new TextEncoding(Encoding.Unicode, 2);
            case [0xFE, 0xFF, ..]:
                return new TextEncoding(Encoding.BigEndianUnicode, 2);
        }

        var detector = new EncodingDetector();
        for (; count > 0; count = raw.Read(buffer))
        {
            detector.Take(buffer.AsSpan(0, count));
        }

        return detector.Conclude(tolerated);
    }

    private void Take(ReadOnlySpan<byte> block)
    {
        int zero = block.IndexOf((byte)0);
        if (zero >= 0)
        {
            for (int i = zero; i < block.Length; i++)
            {
                _zeros[(_total + i) & 1] += block[i] == 0 ? 1 : 0;
            }
        }

        foreach (byte b in block)
        {
            _controls += b is < 9 or (> 13 and < 27) or (> 27 and < 32) ? 1 : 0;
        }

        _total += block.Length;
        while (block.IndexOfAny((byte)'\n', (byte)'\r') is var end and >= 0)
        {
            _line.Write(block[..end]);
            TakeLine();
            block = block[(end + 1)..];
        }

        // A longer line is judged in parts: a cut character costs one count.
        _line.Write(block);
        if (_line.WrittenCount > LargestSample)
        {
            TakeLine();
        }
    }

    private void TakeLine()
    {
        ReadOnlySpan<byte> line = _line.WrittenSpan;
        _lines += line.Length > 0 ? 1 : 0;
        if (line.ContainsAnyInRange((byte)0x80, (byte)0xFF))
        {
            if (Utf8.IsValid(line))
            {
                _multibyte += line.Length - Encoding.UTF8.GetCharCount(line);
            }
            else
            {
                _invalidLines++;
            }

            if (_sampled < LargestSample)
            {
                _sampled += line.Length;
                _sample.Add(line.ToArray());
            }
        }

        _line.ResetWrittenCount();
    }

    private TextEncoding Conclude(double tolerated)
    {
        TakeLine();
        long zeros = _zeros[0] + _zeros[1];
        if (zeros > _total / 10 && _total % 2 == 0 && Math.Min(_zeros[0], _zeros[1]) <= zeros / 100)
        {
            // In little-endian text the second byte of every ASCII character is zero.
            return new TextEncoding(Strict(bigEndian: _zeros[0] > _zeros[1]), 0, IsAssumed: true);
        }

        if (_controls > _total / 5)
        {
            throw new IntakeException("The file is no text: a fifth of its bytes are control characters. Save it as CSV in UTF-8, or name its encoding with --encoding.");
        }

        if (_invalidLines == 0 || _multibyte > ClearlyUtf8 * _invalidLines)
        {
            return TextEncoding.Utf8;
        }

        if (CodePages.Find(_sample) is { } name)
        {
            return new TextEncoding(TextEncoding.Strict(name), 0, IsAssumed: true);
        }

        return _invalidLines <= tolerated * _lines
            ? TextEncoding.Utf8
            : throw new IntakeException($"The file is not UTF-8, and its bytes do not tell what it is: {_invalidLines} of {_lines} lines. Name its encoding with --encoding, such as windows-1252, or save it as UTF-8.", isUsageError: true);
    }

    private static UnicodeEncoding Strict(bool bigEndian) => new(bigEndian, byteOrderMark: false, throwOnInvalidBytes: true);
}
