using System.Runtime.InteropServices;

namespace Pipeline.LocalHost;

/// <summary>
/// Keeps what this process writes from the other users of the machine: on Unix files are made with mode 0600 and folders with 0700, whoever makes them, SQLite included.
/// Windows gives a file the rights of its folder, so nothing is done there.
/// </summary>
internal static partial class PrivateFiles
{
    /// <summary>The setting that leaves the rights to the umask that the process was started with.</summary>
    public const string SharedSetting = "Data:Shared";

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private static bool _private;

    /// <summary>From here on files are private.</summary>
    public static void Begin()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetMask((int)Others);
            _private = true;
        }
    }

    /// <summary>Takes the rights of group and others from a file or folder that an earlier version or another program made, where files are private and it belongs to this user.</summary>
    public static void Close(string path)
    {
        if (!_private || OperatingSystem.IsWindows() || !Path.Exists(path))
        {
            return;
        }

        try
        {
            UnixFileMode mode = File.GetUnixFileMode(path);
            if ((mode & Others) != UnixFileMode.None)
            {
                File.SetUnixFileMode(path, mode & ~Others);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It belongs to someone else, or the file system knows no rights: whoever owns it decides.
        }
    }

    /// <summary>Leaves a file with keys to its owner alone, whatever the settings say.</summary>
    public static void CloseAlways(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    /// <summary>Leaves a file with keys to its owner alone before it is read, but for one that is mounted to be read only: whoever mounts it decides.</summary>
    public static void CloseBeforeReading(string path)
    {
        try
        {
            CloseAlways(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whether it can be read shows at once.
        }
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetMask(int mask);
}
