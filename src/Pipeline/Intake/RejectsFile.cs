using System.Globalization;
using System.Text;

namespace Pipeline.Intake;

/// <summary>Writes the rejected rows beside their final name; <see cref="Complete"/> gives them the name, or removes an older file where nothing was rejected.</summary>
internal sealed class RejectsFile : IDisposable
{
    private readonly string? _path;
    private readonly bool _raw;
    private StreamWriter? _text;
    private CsvWriter? _writer;

    /// <summary>Names the file; null writes none. It is begun with the first reject.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="raw">See <see cref="CsvWriter"/>.</param>
    public RejectsFile(string? path, bool raw = false) => (_path, _raw) = (path is null ? null : Path.GetFullPath(path), raw);

    private string TemporaryPath => _path + ".tmp";

    /// <summary>Writes a rejected row.</summary>
    public void Add(int row, int line, string? number, string reason)
    {
        if (_path is null)
        {
            return;
        }

        _writer ??= Begin();
        _writer.Write(row.ToString(CultureInfo.InvariantCulture), line.ToString(CultureInfo.InvariantCulture), number ?? "", reason);
    }

    /// <summary>Puts the file in its place.</summary>
    public void Complete()
    {
        if (_path is null)
        {
            return;
        }

        if (_writer is null)
        {
            if (File.Exists(_path))
            {
                File.Delete(_path);
            }

            return;
        }

        _text!.Dispose();
        (_text, _writer) = (null, null);
        File.Move(TemporaryPath, _path, overwrite: true);
    }

    /// <summary>Drops what has not been completed.</summary>
    public void Dispose()
    {
        if (_text is not null)
        {
            _text.Dispose();
            (_text, _writer) = (null, null);
            File.Delete(TemporaryPath);
        }
    }

    private CsvWriter Begin()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path!)!);
        _text = new StreamWriter(TemporaryPath, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        var writer = new CsvWriter(_text, _raw);
        writer.Write("row", "line", "number", "reason");
        return writer;
    }
}
