using System.Runtime.InteropServices;

namespace Pipeline.Adapters.Local;

/// <summary>The two steps of durable, exclusive file creation that .NET does not offer on Unix.</summary>
internal static partial class FileDurability
{
    private const int FileExists = 17;

    /// <summary>
    /// Gives the file <paramref name="source"/> the name <paramref name="target"/> in one step, unless that name is taken: then it returns false.
    /// On Unix by link(2), since a move there that must not overwrite is a check and a rename, between which another process may come;
    /// only on file systems without hard links it falls back to that. The source may keep its old name as well.
    /// </summary>
    public static bool TryGiveName(string source, string target)
    {
        if (!OperatingSystem.IsWindows())
        {
            if (Link(source, target) == 0)
            {
                return true;
            }

            if (Marshal.GetLastPInvokeError() == FileExists && !Directory.Exists(target))
            {
                return false;
            }
        }

        try
        {
            File.Move(source, target, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(target))
        {
            return false;
        }
    }

    /// <summary>Writes a folder's entries to the disk, so that a rename in it survives a power failure. On Windows the file system's journal sees to that.</summary>
    public static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int descriptor = Open(path, 0);
        if (descriptor < 0)
        {
            throw new IOException($"The folder '{path}' could not be opened to flush it.", Marshal.GetLastPInvokeError());
        }

        // Some network file systems refuse to flush a folder; they have nothing more to offer.
        _ = Flush(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string source, string target);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
