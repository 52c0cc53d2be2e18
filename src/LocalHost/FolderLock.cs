using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.LocalHost;

/// <summary>
/// Lets one process at a time into a folder. The lock is on the file <c>.lock</c> and, on Unix, on the folder itself as well: a file can be deleted while it is locked, and the
/// next process would lock a new one. The operating system frees both when the process dies.
/// </summary>
internal sealed partial class FolderLock : IDisposable
{
    private const string FileName = ".lock";
    private const int ExclusiveAtOnce = 2 | 4;

    private readonly FileStream _file;
    private readonly SafeFileHandle? _folder;

    private FolderLock(FileStream file, SafeFileHandle? folder)
    {
        _file = file;
        _folder = folder;
    }

    /// <summary>Locks the folder; null where another process has it.</summary>
    /// <exception cref="IOException">The lock cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The lock cannot be made.</exception>
    public static FolderLock? TryTake(string path)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(Path.Combine(path, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            if (TryLockFolder(path, out SafeFileHandle? folder))
            {
                return new FolderLock(file, folder);
            }

            file.Dispose();
            return null;
        }
        catch (IOException e) when (file is null && IsLocked(e.HResult))
        {
            return null;
        }
    }

    /// <summary>Whether a folder has been locked before, and so is a data folder.</summary>
    public static bool WasTaken(string path) => File.Exists(Path.Combine(path, FileName));

    /// <summary>Frees the folder for other processes.</summary>
    public void Dispose()
    {
        _folder?.Dispose();
        _file.Dispose();
    }

    // Some network file systems lock no folders; there the file alone keeps others out.
    private static bool TryLockFolder(string path, out SafeFileHandle? folder)
    {
        folder = null;
        if (OperatingSystem.IsWindows())
        {
            return true;
        }

        // Read only and closed in child processes, which must not hold the lock when this one is gone.
        int descriptor = Open(path, OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000);
        if (descriptor < 0)
        {
            return true;
        }

        folder = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Lock(descriptor, ExclusiveAtOnce) == 0 || !IsLocked(Marshal.GetLastPInvokeError()))
        {
            return true;
        }

        folder.Dispose();
        return false;
    }

    // EAGAIN on Linux, EAGAIN on macOS, ERROR_SHARING_VIOLATION on Windows.
    private static bool IsLocked(int error) => error is 11 or 35 or unchecked((int)0x80070020);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Lock(int descriptor, int operation);
}
