using Pipeline.Triggers;

namespace Pipeline.LocalHost;

/// <summary>
/// The folder that holds everything of one pipeline: the warehouse, the model versions, rejects and reports.
/// One process at a time may use it; the operating system frees the lock when the process dies.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    /// <summary>The name of the file with the keys of the host.</summary>
    public const string KeysFile = "host-keys.json";

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream lockFile)
    {
        Path = path;
        _lock = lockFile;
    }

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>The SQLite file.</summary>
    public string Warehouse => In(AdapterServices.SqliteFile);

    /// <summary>The folder of the object store.</summary>
    public string Objects => In(AdapterServices.ObjectsFolder);

    /// <summary>The rows that an import refused.</summary>
    public string Rejects => In("rejects.csv");

    /// <summary>The newest report.</summary>
    public string Report => In("report.html");

    /// <summary>What the host remembers over a restart.</summary>
    public string HostState => In("host.db");

    /// <summary>The journal of the orchestrations.</summary>
    public string Orchestrations => In("orchestrations.db");

    /// <summary>The keys that requests to the host bring.</summary>
    public string Keys => In(KeysFile);

    /// <summary>The path of a folder that must be there already: the command reads what others have stored.</summary>
    /// <exception cref="CommandException">There is no such folder.</exception>
    public static string Existing(string path) => System.IO.Path.Exists(path)
        ? path
        : throw new CommandException($"There is no data folder '{System.IO.Path.GetFullPath(path)}'. Name one with --data, or make one with 'demo' or 'run'.", ExitCode.WrongUsage);

    /// <summary>Creates the folder where it is missing, and locks it.</summary>
    /// <exception cref="CommandException">The folder cannot be used, or another process uses it.</exception>
    public static DataFolder Open(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        if (File.Exists(full))
        {
            throw new CommandException($"The data folder '{full}' cannot be used: it is a file. Name a folder with --data.", ExitCode.Failed);
        }

        string lockPath = System.IO.Path.Combine(full, ".lock");
        try
        {
            Directory.CreateDirectory(full);
            return new DataFolder(full, new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (IsLocked(e))
        {
            throw new CommandException($"The data folder '{full}' is in use by another process. Wait for it to end, or name another folder with --data.", ExitCode.Failed, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The data folder '{full}' cannot be written: {UserMessage.Sentence(e)} Make it writable, or name another folder with --data.", ExitCode.Failed, e);
        }
    }

    /// <summary>Deletes what earlier runs left in the folder.</summary>
    public void Clear()
    {
        string[] databases = [Warehouse, HostState, Orchestrations];
        foreach (string file in databases.SelectMany(d => new[] { d, d + "-wal", d + "-shm" }).Concat([Rejects, Report]))
        {
            File.Delete(file);
        }

        if (Directory.Exists(Objects))
        {
            Directory.Delete(Objects, recursive: true);
        }
    }

    /// <summary>Frees the folder for other processes.</summary>
    public void Dispose() => _lock.Dispose();

    // EAGAIN on Linux, EAGAIN on macOS, ERROR_SHARING_VIOLATION on Windows.
    private static bool IsLocked(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
