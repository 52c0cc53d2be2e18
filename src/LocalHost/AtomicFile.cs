using Pipeline.Adapters.Local;

namespace Pipeline.LocalHost;

/// <summary>Writes a file so that readers see the old one or the whole new one, and it is on the disk when it is there.</summary>
internal static class AtomicFile
{
    /// <summary>Tries whether the file could be written, and leaves nothing but its folder.</summary>
    /// <exception cref="CommandException">It could not; the message names <paramref name="option"/>, which named it.</exception>
    public static void Check(string path, string option)
    {
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw new CommandException($"{option} names '{full}', which is a folder. Name a file.", ExitCode.WrongUsage);
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            Leftovers.Remove(Path.GetDirectoryName(full)!, name => string.Equals(name, Path.GetFileName(full), StringComparison.Ordinal));
            File.Create(Leftovers.TemporaryOf(full), bufferSize: 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{option} names '{full}', which cannot be written: {UserMessage.Sentence(e)} Name a file in a folder that this user may write to.", ExitCode.Failed, e);
        }
    }

    /// <summary>Writes the file with what <paramref name="write"/> puts into the stream.</summary>
    /// <exception cref="CommandException">It cannot be written; what was there before is still there.</exception>
    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        string full = Path.GetFullPath(path);
        string temporary = Leftovers.TemporaryOf(full);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            try
            {
                await DurableFile.WriteAsync(temporary, write);
                DurableFile.Publish(temporary, full);
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The file '{full}' could not be written: {UserMessage.Sentence(e)} See that its folder has space and that this user may write to it, then run the command again.", ExitCode.Failed, e);
        }
    }
}
