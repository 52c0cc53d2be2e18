using System.Buffers;
using System.Globalization;

namespace Pipeline.Intake;

/// <summary>
/// Cuts a stream of JSON into its values without reading it whole: only brackets and strings are looked at. What is inside a value is not checked.
/// Holds one value in memory, and a buffer.
/// </summary>
internal sealed class JsonValues(Stream stream)
{
    private const int LongestValue = 64 * 1024 * 1024;

    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly ArrayBufferWriter<byte> _value = new();
    private int _start;
    private int _end;

    /// <summary>The line that is being read, from 1.</summary>
    public int Line { get; private set; } = 1;

    /// <summary>The next byte that is no white space, comma or colon, without taking it; null at the end.</summary>
    public byte? Peek()
    {
        while (_start < _end || Fill())
        {
            byte b = _buffer[_start];
            if (b is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)',' or (byte)':'))
            {
                return b;
            }

            Line += b == (byte)'\n' ? 1 : 0;
            _start++;
        }

        return null;
    }

    /// <summary>Takes the byte that <see cref="Peek"/> has shown.</summary>
    public void Skip() => _start++;

    /// <summary>The next value: an object or an array with all that is in it, a string with its quotes, or a number or word. It is good until the next call.</summary>
    /// <exception cref="IntakeException">The file ends inside it, or it is longer than a record can be.</exception>
    public ReadOnlyMemory<byte> Read()
    {
        _value.ResetWrittenCount();
        int line = Line;
        (int depth, bool inString, bool escaped) = (0, false, false);
        bool isWord = Peek() is not ((byte)'{' or (byte)'[' or (byte)'"');
        while (_start < _end || Fill())
        {
            byte b = _buffer[_start];
            if (isWord && b is (byte)',' or (byte)'}' or (byte)']' or (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            {
                return _value.WrittenMemory;
            }

            _start++;
            Line += b == (byte)'\n' ? 1 : 0;
            _value.GetSpan(1)[0] = b;
            _value.Advance(1);
            if (_value.WrittenCount > LongestValue)
            {
                throw new IntakeException(string.Create(CultureInfo.InvariantCulture, $"The JSON value that begins in line {line} is longer than {LongestValue >> 20} MB. Is the file a list of records?"));
            }

            if (inString)
            {
                (inString, escaped) = escaped ? (true, false) : (b != (byte)'"', b == (byte)'\\');
            }
            else
            {
                inString = b == (byte)'"';
                depth += b is (byte)'{' or (byte)'[' ? 1 : b is (byte)'}' or (byte)']' ? -1 : 0;
            }

            if (depth == 0 && !inString && !isWord)
            {
                return _value.WrittenMemory;
            }
        }

        return isWord && _value.WrittenCount > 0
            ? _value.WrittenMemory
            : throw new IntakeException(string.Create(CultureInfo.InvariantCulture, $"The file ends inside the JSON value that begins in line {line}. Export it again, whole."));
    }

    /// <summary>The rest of the line, or the whole value where an object goes over several lines. It is good until the next call.</summary>
    public ReadOnlyMemory<byte> ReadLine()
    {
        _value.ResetWrittenCount();
        (int depth, bool inString, bool escaped) = (0, false, false);
        while (_start < _end || Fill())
        {
            byte b = _buffer[_start++];
            if (b == (byte)'\n')
            {
                Line++;
                if (depth <= 0 || inString)
                {
                    break;
                }
            }

            _value.GetSpan(1)[0] = b;
            _value.Advance(1);
            if (_value.WrittenCount > LongestValue)
            {
                throw new IntakeException(string.Create(CultureInfo.InvariantCulture, $"Line {Line} is longer than {LongestValue >> 20} MB. Is the file a list of records?"));
            }

            if (inString)
            {
                (inString, escaped) = escaped ? (true, false) : (b != (byte)'"', b == (byte)'\\');
            }
            else
            {
                inString = b == (byte)'"';
                depth += b is (byte)'{' or (byte)'[' ? 1 : b is (byte)'}' or (byte)']' ? -1 : 0;
            }
        }

        return _value.WrittenMemory;
    }

    private bool Fill()
    {
        (_start, _end) = (0, stream.Read(_buffer));
        return _end > 0;
    }
}
