using System.Diagnostics;
using System.Globalization;

namespace Pipeline.Adapters.Local;

/// <summary>
/// Half-written files that killed processes left behind. A temporary file's name ends with <c>.PID.tmp</c>; it is a leftover when no process with that number runs,
/// or one that began after the file was last written, since numbers are given anew.
/// </summary>
public static class Leftovers
{
    /// <summary>The name of the temporary file in which this process prepares <paramref name="path"/>.</summary>
    public static string TemporaryOf(string path) => string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}.tmp");

    /// <summary>Removes the leftovers that lie directly in a folder. What cannot be removed stays: it harms nothing but the space it takes.</summary>
    /// <param name="folder">The folder; nothing is done where it is missing.</param>
    /// <param name="concerns">Whether to remove those of a file, by the name that it was to have.</param>
    public static void Remove(string folder, Func<string, bool> concerns)
    {
        ArgumentNullException.ThrowIfNull(concerns);
        if (!Directory.Exists(folder))
        {
            return;
        }

        try
        {
            foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles("*.tmp"))
            {
                string name = Path.GetFileNameWithoutExtension(file.Name);
                if (int.TryParse(Path.GetExtension(name).TrimStart('.'), NumberStyles.None, CultureInfo.InvariantCulture, out int process)
                    && concerns(Path.GetFileNameWithoutExtension(name)) && IsGone(process, file.LastWriteTimeUtc))
                {
                    file.Delete();
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Whoever works in the folder next will hear what is wrong with it.
            return;
        }
    }

    private static bool IsGone(int number, DateTime lastWritten)
    {
        try
        {
            using Process process = Process.GetProcessById(number);

            // The clock of the file system may lag behind by some milliseconds.
            return process.StartTime.ToUniversalTime() > lastWritten.AddSeconds(2);
        }
        catch (ArgumentException)
        {
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It ends just now, or it is another user's: the next start will see.
            return false;
        }
    }
}
