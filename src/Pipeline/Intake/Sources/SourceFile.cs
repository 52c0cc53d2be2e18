using System.IO.Compression;
using System.Security.Cryptography;
using Pipeline.Storage;

namespace Pipeline.Intake;

/// <summary>
/// A file for intake, which can be read from its beginning as often as it takes. It is held open so that nobody changes it meanwhile where the system can see to that. What is packed by gzip or zip is unpacked
/// while it is read. What comes through a pipe, and a packed file of a kind that has to be sought in, is kept in a temporary file that only this user can read, and that is gone when this is disposed.
/// </summary>
public sealed class SourceFile : IDisposable
{
    /// <summary>In place of a path: standard input.</summary>
    public const string StandardInput = "-";

    private const int FirstCount = 8;

    private readonly Stream _content;
    private readonly bool _owns;
    private readonly string? _entry;
    private Stream? _unpacked;

    // Without it a packed file that is cut off ends like one that is whole, and its rest is lost in silence.
    static SourceFile() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", isEnabled: true);

    private SourceFile(string name, Stream content, bool owns, string? entry = null)
    {
        (Name, _content, _owns, _entry) = (name, content, owns, entry);
        try
        {
            FirstBytes = First(Read);
            Unpack();
        }
        catch (InvalidDataException exception)
        {
            throw SourceFault.Explain(exception);
        }
    }

    /// <summary>The file as the user names it; a file in an archive with its name there behind a colon.</summary>
    public string Name { get; }

    /// <summary>The file's length in bytes, as it is stored.</summary>
    public long Length => _content.Length;

    /// <summary>The share of the file that the stream opened last has read, 0 to 1.</summary>
    public double Share => (_unpacked ?? _content) is { Length: > 0 } read ? Math.Clamp((double)read.Position / read.Length, 0, 1) : 1;

    /// <summary>The first bytes of the content, up to eight.</summary>
    internal byte[] FirstBytes { get; }

    private bool IsPacked => _entry is not null || First(() => View(_content)) is [0x1F, 0x8B, ..];

    /// <summary>Opens a file, or standard input where the path is <see cref="StandardInput"/>.</summary>
    /// <exception cref="IntakeException">It cannot be opened, or is an archive of several files.</exception>
    public static SourceFile Open(string path)
    {
        IReadOnlyList<SourceFile> files = OpenAll(path);
        if (files.Count == 1)
        {
            return files[0];
        }

        foreach (SourceFile file in files)
        {
            file.Dispose();
        }

        throw new IntakeException($"'{path}' is an archive of several files: {string.Join(", ", files.Take(10).Select(file => $"'{file.Name[(path.Length + 1)..]}'"))}. Unpack it and name one of them, or take all of them in with import.", isUsageError: true);
    }

    /// <summary>Opens a file, or every file of an archive, by name. They are to be read one after the other, and disposed together.</summary>
    /// <exception cref="IntakeException">It cannot be opened, or holds no file.</exception>
    public static IReadOnlyList<SourceFile> OpenAll(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string name = string.Equals(path, StandardInput, StringComparison.Ordinal) ? "standard input" : path;
        FileStream content = OpenContent(path);
        try
        {
            if (!IsZip(content) || Entries(content) is not { } entries)
            {
                return [new SourceFile(name, content, owns: true)];
            }

            return entries switch
            {
                [] => throw new IntakeException($"The archive '{name}' holds no file."),
                _ => OpenEntries(name, content, entries),
            };
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    /// <summary>A file's content that is at hand already. The stream stays open, and can be sought in.</summary>
    public static SourceFile Of(Stream content, string name = "the file")
    {
        ArgumentNullException.ThrowIfNull(content);
        string[]? entries = IsZip(content) ? Entries(content) : null;
        return entries switch
        {
            null => new SourceFile(name, content, owns: false),
            [var only] => new SourceFile(name, content, owns: false, only),
            _ => throw new IntakeException($"'{name}' is an archive of {entries.Length} files, and has to hold one."),
        };
    }

    /// <summary>The content from its beginning, unpacked where it is packed. What was opened before is not to be read any more.</summary>
    public Stream Read()
    {
        if (_unpacked is not null)
        {
            return View(_unpacked);
        }

        if (_entry is not null)
        {
            var archive = new ZipArchive(View(_content), ZipArchiveMode.Read);
            return archive.GetEntry(_entry)!.Open();
        }

        return IsPacked ? new GZipStream(View(_content), CompressionMode.Decompress) : View(_content);
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
        _unpacked?.Dispose();
        _unpacked = null;
        if (_owns)
        {
            _content.Dispose();
        }
    }

    // Workbooks and Parquet files have to be sought in, which a packed stream cannot be.
    private void Unpack()
    {
        if (IsPacked && (FirstBytes is [(byte)'P', (byte)'K', 3, 4, ..] or [0xD0, 0xCF, 0x11, 0xE0, ..] or [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..]))
        {
            using Stream packed = Read();
            _unpacked = Spool(packed);
        }
    }

    private static UnownedStream View(Stream content)
    {
        content.Position = 0;
        return new UnownedStream(content);
    }

    private static byte[] First(Func<Stream> open)
    {
        using Stream stream = open();
        byte[] first = new byte[FirstCount];
        return first[..stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false)];
    }

    private static bool IsZip(Stream content) => First(() => View(content)) is [(byte)'P', (byte)'K', 3, 4, ..];

    /// <summary>The files in an archive; null where it is a workbook.</summary>
    private static string[]? Entries(Stream content)
    {
        try
        {
            using var archive = new ZipArchive(View(content), ZipArchiveMode.Read);
            if (archive.Entries.Any(entry => entry.FullName.StartsWith("xl/workbook.", StringComparison.OrdinalIgnoreCase)))
            {
                return null;
            }

            return
            [
                .. archive.Entries.Where(entry => entry.Length > 0 && !entry.Name.StartsWith('.') && !entry.FullName.StartsWith("__MACOSX/", StringComparison.Ordinal))
                    .Select(entry => entry.FullName).Order(StringComparer.Ordinal),
            ];
        }
        catch (InvalidDataException exception)
        {
            throw new IntakeException($"The workbook or archive cannot be opened: {exception.Message.TrimEnd('.')}. Check that it is whole.", exception);
        }
    }

    // They share the archive, since they are read one after the other; the last one closes it.
    private static SourceFile[] OpenEntries(string name, FileStream content, string[] entries) =>
        [.. entries.Select((entry, i) => new SourceFile($"{name}:{entry}", content, owns: i == entries.Length - 1, entry))];

    private static FileStream OpenContent(string path)
    {
        if (string.Equals(path, StandardInput, StringComparison.Ordinal))
        {
            using Stream input = Console.OpenStandardInput();
            return Spool(input);
        }

        FileStream file = OpenFile(path);
        if (file.CanSeek)
        {
            return file;
        }

        using (file)
        {
            return Spool(file);
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
        FileStream spool = TemporaryFile.Create();
        input.CopyTo(spool);
        spool.Flush();
        return spool;
    }
}
