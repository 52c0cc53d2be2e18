using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;

namespace Pipeline.Intake;

/// <summary>Writes the rejected rows beside their final name; <see cref="Complete"/> gives them the name, or removes an older file where nothing was rejected.</summary>
internal sealed class RejectsFile : IDisposable
{
    private readonly string? _path;
    private CsvWriter? _writer;

    /// <summary>Names the file; null writes none. It is begun with the first reject.</summary>
    public RejectsFile(string? path) => _path = path is null ? null : Path.GetFullPath(path);

    private string TemporaryPath => _path + ".tmp";

    /// <summary>Writes a rejected row.</summary>
    public void Add(int row, int line, string? number, string reason)
    {
        if (_path is null)
        {
            return;
        }

        _writer ??= Begin();
        Write(row.ToString(CultureInfo.InvariantCulture), line.ToString(CultureInfo.InvariantCulture), number ?? "", reason);
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

        _writer.Dispose();
        _writer = null;
        File.Move(TemporaryPath, _path, overwrite: true);
    }

    /// <summary>Drops what has not been completed.</summary>
    public void Dispose()
    {
        if (_writer is not null)
        {
            _writer.Dispose();
            _writer = null;
            File.Delete(TemporaryPath);
        }
    }

    private CsvWriter Begin()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path!)!);
        var text = new StreamWriter(TemporaryPath, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        _writer = new CsvWriter(text, new CsvConfiguration(CultureInfo.InvariantCulture) { NewLine = "\n" });
        Write("row", "line", "number", "reason");
        return _writer;
    }

    private void Write(params string[] fields)
    {
        foreach (string field in fields)
        {
            _writer!.WriteField(field);
        }

        _writer!.NextRecord();
    }
}
