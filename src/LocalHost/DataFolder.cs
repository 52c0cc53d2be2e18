using System.Globalization;
using Pipeline.Adapters.Local;
using Pipeline.LocalHost.Hosting.Tokens;
using Pipeline.Models;
using Pipeline.Triggers;

namespace Pipeline.LocalHost;

/// <summary>
/// The folder that holds everything of one pipeline: the warehouse, the model versions, rejects and reports.
/// One process at a time may use it; see <see cref="FolderLock"/>.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    /// <summary>The folder below which data folders are looked for and made where none is named.</summary>
    public const string Root = "pipeline-data";

    /// <summary>The name of the file with the keys of the host.</summary>
    public const string KeysFile = "host-keys.json";

    private const string Audit = "audit";

    private readonly FolderLock? _lock;
    private readonly string _secrets;

    private DataFolder(string path, string? secrets, FolderLock? taken)
    {
        Path = path;
        _secrets = string.IsNullOrEmpty(secrets) ? path : System.IO.Path.GetFullPath(secrets);
        _lock = taken;
    }

    /// <summary>The full path of the folder that this process opened last; a command opens one. Null where it has opened none.</summary>
    public static string? LastOpened { get; private set; }

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>The SQLite file.</summary>
    public string Warehouse => In(AdapterServices.SqliteFile);

    /// <summary>The folder of the object store.</summary>
    public string Objects => In(AdapterServices.ObjectsFolder);

    /// <summary>The rows that an import refused.</summary>
    public string Rejects => In("rejects.csv");

    /// <summary>The newest report; a replica's own lies in the folder for temporary files.</summary>
    public string Report => _lock is null ? System.IO.Path.Combine(System.IO.Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"pipeline-report-{Environment.ProcessId}.html")) : In("report.html");

    /// <summary>What the host remembers over a restart.</summary>
    public string HostState => In("host.db");

    /// <summary>The journal of the orchestrations.</summary>
    public string Orchestrations => In("orchestrations.db");

    /// <summary>The keys that requests to the host bring.</summary>
    public string Keys => System.IO.Path.Combine(_secrets, KeysFile);

    /// <summary>The key that signs the tokens of the host, and the list of those that it issued.</summary>
    public TokenFiles Tokens => TokensOf(_secrets);

    /// <summary>The SQLite files that there may be.</summary>
    public IReadOnlyList<string> Databases => [Warehouse, HostState, Orchestrations];

    /// <summary>The files of a folder's tokens, which are changed while a host holds the folder.</summary>
    public static TokenFiles TokensOf(string path) => new(System.IO.Path.Combine(path, "token-key.pem"), System.IO.Path.Combine(path, "tokens.json"));

    /// <summary>The path of a folder that must be there already: the command reads what others have stored.</summary>
    /// <exception cref="CommandException">There is no such folder.</exception>
    public static string Existing(string path) => System.IO.Path.Exists(path)
        ? path
        : throw new CommandException($"There is no data folder '{System.IO.Path.GetFullPath(path)}'. Name one with --data, or make one with 'demo' or 'run'.", ExitCode.WrongUsage);

    /// <summary>The path of the folder that a command works on: the named one, otherwise the only data folder there is.</summary>
    /// <param name="named">The path that the command line names; null where it names none.</param>
    /// <param name="otherwise">The path to use where there is none yet; null where the command reads what others have stored.</param>
    /// <exception cref="CommandException">The named folder is not there, none was named and there is not just one, or there is none at all.</exception>
    public static string Choose(string? named, string? otherwise = null)
    {
        if (named is not null)
        {
            return otherwise is null ? Existing(named) : named;
        }

        string[] there = Directory.Exists(Root) ? [.. Directory.GetDirectories(Root).Prepend(Root).Where(HoldsData).Order(StringComparer.Ordinal)] : [];
        return there switch
        {
            [string only] => only,
            [] => otherwise ?? throw new CommandException($"There is no data folder in '{System.IO.Path.GetFullPath(Root)}'. Name one with --data, or make one with 'demo', 'run' or 'import'.", ExitCode.WrongUsage),
            _ => throw new CommandException($"There are {there.Length} data folders: {string.Join(", ", there.Select(path => $"'{path}'"))}. Name one of them with --data.", ExitCode.WrongUsage),
        };
    }

    /// <summary>Creates the folder where it is missing, locks it, takes the rights of other users from it, and removes what killed processes left half written in it.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="secrets">The folder of the keys and tokens; null for the folder itself.</param>
    /// <param name="whenHeld">What to do where another process uses it, as a sentence; null for what holds for any command.</param>
    /// <exception cref="CommandException">The folder cannot be used, or another process uses it.</exception>
    public static DataFolder Open(string path, string? secrets = null, string? whenHeld = null)
    {
        string full = FullPath(path);
        DataFolder folder;
        bool isOurs;
        try
        {
            isOurs = !Directory.Exists(full) || FolderLock.WasTaken(full) || !Directory.EnumerateFileSystemEntries(full).Any();
            Directory.CreateDirectory(full);
            folder = new DataFolder(full, secrets, FolderLock.TryTake(full) ?? throw new CommandException($"The data folder '{full}' is in use by another process. {whenHeld ?? "Wait for it to end, or name another folder with --data."}", ExitCode.Failed));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The data folder '{full}' cannot be written: {UserMessage.Sentence(e)} Make it writable, or name another folder with --data.", ExitCode.Failed, e);
        }

        folder.CloseToOthers(isOurs);
        folder.RemoveLeftovers();
        LastOpened = full;
        return folder;
    }

    /// <summary>Removes a folder that this process has made, opened and closed again, since what it was made for is refused.</summary>
    /// <param name="path">The folder.</param>
    public static void Discard(string path)
    {
        Directory.Delete(FullPath(path), recursive: true);
        LastOpened = null;
    }

    /// <summary>A folder for one who only reads, beside the process that has it: it is not locked, and nothing in it is made, closed or removed.</summary>
    /// <param name="path">The folder, which need not be there.</param>
    /// <param name="secrets">The folder of the keys and tokens; null for the folder itself.</param>
    /// <exception cref="CommandException">It is a file.</exception>
    public static DataFolder Beside(string path, string? secrets = null) => new(FullPath(path), secrets, taken: null);

    /// <summary>Refuses a folder that holds models and no warehouse that they could be of: taken for new, it would hide that the incidents are lost. Only for stores that lie in the folder.</summary>
    /// <exception cref="CommandException">The warehouse is missing or empty.</exception>
    public void RequireWarehouseOfModels()
    {
        string models = System.IO.Path.Combine(Objects, ModelPaths.Root);
        FileInfo warehouse = new(Warehouse);
        if (warehouse is { Exists: true, Length: > 0 } || !Directory.Exists(models) || !Directory.EnumerateFiles(models, ModelPaths.ManifestFile, SearchOption.AllDirectories).Any())
        {
            return;
        }

        throw new CommandException(
            $"The data folder '{Path}' holds models, but its warehouse '{warehouse.FullName}' is {(warehouse.Exists ? "empty" : "missing")}. Restore it from a backup; or, to begin anew, remove the folder '{models}' or name another folder with --data.",
            ExitCode.Failed);
    }

    /// <summary>Deletes what earlier runs left in the folder, but for the record of what was done in it.</summary>
    public void Clear()
    {
        foreach (string file in DatabaseFiles.Concat([Rejects, Report]))
        {
            File.Delete(file);
        }

        if (Directory.Exists(Objects))
        {
            foreach (string root in Directory.GetDirectories(Objects).Where(root => System.IO.Path.GetFileName(root) is not Audit))
            {
                Directory.Delete(root, recursive: true);
            }
        }
    }

    /// <summary>Frees the folder for other processes.</summary>
    public void Dispose()
    {
        _lock?.Dispose();
        if (_lock is null)
        {
            File.Delete(Report);
        }
    }

    private IEnumerable<string> DatabaseFiles => Databases.SelectMany(d => new[] { d, d + "-wal", d + "-shm" });

    // No one else writes here: this process holds the lock.
    private void RemoveLeftovers()
    {
        Leftovers.Remove(Path, _ => true);
        foreach (string rejects in Directory.EnumerateFiles(Path, "rejects*.csv.tmp"))
        {
            File.Delete(rejects);
        }
    }

    // A folder in which other things lie keeps its rights; what the pipeline has put there does not.
    private void CloseToOthers(bool isOurs)
    {
        foreach (string path in DatabaseFiles.Concat([Objects, Rejects, Report, Keys]).Concat(isOurs ? [Path] : []))
        {
            PrivateFiles.Close(path);
        }
    }

    private static string FullPath(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        return File.Exists(full) ? throw new CommandException($"The data folder '{full}' cannot be used: it is a file. Name a folder with --data.", ExitCode.Failed) : full;
    }

    private static bool HoldsData(string path) => File.Exists(System.IO.Path.Combine(path, AdapterServices.SqliteFile)) || Directory.Exists(System.IO.Path.Combine(path, AdapterServices.ObjectsFolder));

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
