namespace Pipeline.Adapters.Local;

/// <summary>
/// Writes files so that readers see the old one or the whole new one, and what was written survives a power failure: a file is written beside its place, flushed to the
/// disk, and given its name in one step.
/// </summary>
public static class DurableFile
{
    /// <summary>Writes a file that has not its name yet, with its folder where that is missing; it is on the disk when this returns.</summary>
    /// <param name="temporary">The file. One that is there is removed.</param>
    /// <param name="write">Puts the content into the stream, a <see cref="FileStream"/>; what it throws passes through.</param>
    /// <param name="cancellationToken">Stops the flushing.</param>
    public static async Task WriteAsync(string temporary, Func<Stream, Task> write, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        Directory.CreateDirectory(Path.GetDirectoryName(temporary)!);

        // One that a killed process left may be a published file's second name.
        File.Delete(temporary);
        await using FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 64 * 1024, FileOptions.Asynchronous);
        await write(stream);
        await stream.FlushAsync(cancellationToken);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Gives a written file its name, with its folders where they are missing; the name is on the disk when this returns.</summary>
    /// <param name="temporary">The file.</param>
    /// <param name="target">Its name.</param>
    /// <param name="onlyIfAbsent">Leaves a file of that name as it is; otherwise it is replaced.</param>
    /// <param name="root">The topmost folder that may have been made for it; null for the file's own.</param>
    /// <returns>False where the name is taken.</returns>
    public static bool Publish(string temporary, string target, bool onlyIfAbsent = false, string? root = null)
    {
        string folder = Path.GetDirectoryName(target)!;
        Directory.CreateDirectory(folder);
        if (!onlyIfAbsent)
        {
            File.Move(temporary, target, overwrite: true);
        }
        else if (!FileDurability.TryGiveName(temporary, target))
        {
            return false;
        }

        // The name is on the disk only when its folder is, and that folder's name when the one above is.
        int top = (root ?? folder).Length;
        for (string? path = folder; path is not null && path.Length >= top; path = Path.GetDirectoryName(path))
        {
            FileDurability.FlushFolder(path);
        }

        return true;
    }
}
