using System.IO.Compression;
using System.Security.Cryptography;

namespace Pipeline.Intake;

/// <summary>
/// A file for intake, which can be read from its beginning as often as it takes. It is held open so that nobody changes it meanwhile where the system can see to that.
/// What comes through a pipe is kept in a temporary file of this user, which is gone when this is disposed.
/// </summary>
public sealed class SourceFile : IDisposable
{
    /// <summary>In place of a path: standard input.</summary>
    public const string StandardInput = "-";

    private readonly Stream _content;
    private readonly bool _owns;

    private SourceFile(string name, Stream content, bool owns)
    {
        (Name, _content, _owns) = (name, content, owns);
        _content.Position = 0;
        byte[] first = new byte[8];
        FirstBytes = first[.._content.ReadAtLeast(first, first.Length, throwOnEndOfStream: false)];
    }

    /// <summary>The file as the user names it.</summary>
    public string Name { get; }

    /// <summary>The file's length in bytes, as it is stored.</summary>
    public long Length => _content.Length;

    /// <summary>The share of the file that the stream opened last has read, 0 to 1.</summary>
    public double Share => _content.Length == 0 ? 1 : Math.Clamp((double)_content.Position / _content.Length, 0, 1);

    /// <summary>The first bytes, as they are stored, up to eight.</summary>
    internal byte[] FirstBytes { get; }

    /// <summary>Opens a file, or standard input where the path is <see cref="StandardInput"/>.</summary>
    /// <exception cref="IntakeException">It cannot be opened.</exception>
    public static SourceFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (string.Equals(path, StandardInput, StringComparison.Ordinal))
        {
            using Stream input = Console.OpenStandardInput();
            return new SourceFile("standard input", Spool(input), owns: true);
        }

        FileStream file = OpenFile(path);
        if (file.CanSeek)
        {
            return new SourceFile(path, file, owns: true);
        }

        using (file)
        {
            return new SourceFile(path, Spool(file), owns: true);
        }
    }

    /// <summary>A file's content that is at hand already. The stream stays open, and can be sought in.</summary>
    public static SourceFile Of(Stream content, string name = "the file")
    {
        ArgumentNullException.ThrowIfNull(content);
        return new SourceFile(name, content, owns: false);
    }

    /// <summary>The content from its beginning, unpacked where it is packed. What was opened before is not to be read any more.</summary>
    public Stream Read()
    {
        _content.Position = 0;
        var view = new UnownedStream(_content);
        return FirstBytes is [0x1F, 0x8B, ..] ? new GZipStream(view, CompressionMode.Decompress) : view;
    }

    /// <summary>The SHA-256 of the file as it is stored.</summary>
    public byte[] Hash()
    {
        _content.Position = 0;
        return SHA256.HashData(_content);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_owns)
        {
            _content.Dispose();
        }
    }

    private static FileStream OpenFile(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IntakeException($"'{path}' is a folder. Name a file in it.", isUsageError: true);
        }

        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IntakeException($"There is no file '{path}'. Check the path; it is relative to '{Directory.GetCurrentDirectory()}' unless it begins at the root.", exception, isUsageError: true);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IntakeException($"The file '{path}' may not be read by this user. Give the right to read it, or copy it to another folder.", exception);
        }
        catch (IOException exception)
        {
            throw new IntakeException($"The file '{path}' could not be opened: {exception.Message} Close it in other programs and try again.", exception);
        }
    }

    private static FileStream Spool(Stream input)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, Options = FileOptions.DeleteOnClose };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var spool = new FileStream(Path.Combine(Path.GetTempPath(), $"pipeline-{Guid.NewGuid():N}.tmp"), options);
        input.CopyTo(spool);
        spool.Flush();
        return spool;
    }
}
