using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Pipeline.Intake;

/// <summary>
/// Reads UTF-8 line by line (ends: LF, CR LF or CR) and tells which lines hold bytes that are none, which only the bytes can tell:
/// U+FFFD in a text may have been written by its author. Holds one line and a buffer in memory.
/// </summary>
internal sealed class CsvLineReader(Stream stream)
{
    /// <summary>A longer line is a fault of the file; what is beyond is skipped.</summary>
    public const int MaxLineBytes = 64 * 1024 * 1024;

    private const int BufferSize = 64 * 1024;

    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly ArrayBufferWriter<byte> _line = new(256);
    private int _start;
    private int _end;
    private int _number;
    private bool _skipLineFeed;

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
            problem = new Reject(RejectKind.InvalidBytes, "The row holds bytes that are not UTF-8. Save the file as UTF-8, or name its encoding with --encoding.");
        }

        return new CsvLine(_number, Encoding.UTF8.GetString(_line.WrittenSpan), problem);
    }

    private bool Fill()
    {
        (_start, _end) = (0, stream.Read(_buffer));
        return _end > 0;
    }
}
