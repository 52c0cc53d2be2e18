using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Pipeline.Intake;

/// <summary>
/// Reads a file line by line (ends: LF, CR LF or CR) and tells which lines hold bytes that are not UTF-8, which only the bytes can tell:
/// U+FFFD in a text may have been written by its author. Reads UTF-8 with or without byte order mark, and UTF-16 with one (there an unpaired surrogate becomes U+FFFD).
/// Holds one line and two buffers in memory.
/// </summary>
internal sealed class CsvLineReader(Stream stream)
{
    /// <summary>A longer line is a fault of the file; what is beyond is skipped.</summary>
    public const int MaxLineBytes = 64 * 1024 * 1024;

    private const int BufferSize = 64 * 1024;

    private readonly byte[] _raw = new byte[BufferSize];
    private readonly char[] _characters = new char[BufferSize];
    private readonly ArrayBufferWriter<byte> _line = new(256);
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _number;
    private bool _opened;
    private bool _skipLineFeed;
    private Decoder? _utf16;

    /// <summary>The next line; null at the end of the file.</summary>
    /// <exception cref="IntakeException">The file is not text in a known encoding.</exception>
    public CsvLine? Read()
    {
        _line.ResetWrittenCount();
        bool isTooLong = false;
        bool any = false;
        while (_start < _end || Fill())
        {
            if (_skipLineFeed)
            {
                _skipLineFeed = false;
                if (_buffer[_start] == (byte)'\n')
                {
                    _start++;
                    continue;
                }
            }

            any = true;
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _end - _start);
            int end = rest.IndexOfAny((byte)'\n', (byte)'\r');
            ReadOnlySpan<byte> part = end < 0 ? rest : rest[..end];
            isTooLong |= _line.WrittenCount + part.Length > MaxLineBytes;
            if (!isTooLong)
            {
                _line.Write(part);
            }

            _start += part.Length + (end < 0 ? 0 : 1);
            if (end >= 0)
            {
                _skipLineFeed = rest[end] == (byte)'\r';
                break;
            }
        }

        return any ? Finish(isTooLong) : null;
    }

    private CsvLine Finish(bool isTooLong)
    {
        _number++;
        Reject? problem = null;
        if (isTooLong)
        {
            problem = new Reject(RejectKind.TooLong, string.Create(CultureInfo.InvariantCulture, $"The line is longer than {MaxLineBytes >> 20} MB. Is the file a CSV file?"));
        }
        else if (!Utf8.IsValid(_line.WrittenSpan))
        {
            problem = new Reject(RejectKind.InvalidBytes, "The row holds bytes that are not UTF-8. Save the file as UTF-8.");
        }

        return new CsvLine(_number, Encoding.UTF8.GetString(_line.WrittenSpan), problem);
    }

    private bool Fill()
    {
        int skip = 0;
        int count;
        if (!_opened)
        {
            count = stream.ReadAtLeast(_raw, 4, throwOnEndOfStream: false);
            skip = Open(_raw.AsSpan(0, count));
            _opened = true;
        }
        else
        {
            count = stream.Read(_raw);
        }

        if (_utf16 is null)
        {
            (_buffer, _start, _end) = (_raw, skip, count);
        }
        else
        {
            int characters = _utf16.GetChars(_raw.AsSpan(skip, count - skip), _characters, flush: count == 0);
            _buffer = Encoding.UTF8.GetBytes(_characters, 0, characters);
            (_start, _end) = (0, _buffer.Length);
        }

        return _start < _end || (count > skip && Fill());
    }

    /// <summary>Settles the encoding by the first bytes; returns the length of the byte order mark.</summary>
    private int Open(ReadOnlySpan<byte> first)
    {
        switch (first)
        {
            case [0xEF, 0xBB, 0xBF, ..]:
                return 3;
            case [0xFF, 0xFE, ..]:
                _utf16 = Encoding.Unicode.GetDecoder();
                return 2;
            case [0xFE, 0xFF, ..]:
                _utf16 = Encoding.BigEndianUnicode.GetDecoder();
                return 2;
            case [(byte)'P', (byte)'K', 3, 4, ..]:
                throw new IntakeException("The file is a workbook or an archive, not a CSV file. Save the sheet as CSV (UTF-8) and name that file.");
            case [0, _, ..] or [_, 0, ..]:
                throw new IntakeException("The file is not UTF-8 text (it looks like UTF-16 without a byte order mark, or no text at all). Save it as CSV in UTF-8.");
            default:
                return 0;
        }
    }
}
