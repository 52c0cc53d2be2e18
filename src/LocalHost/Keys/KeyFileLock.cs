namespace Pipeline.LocalHost.Keys;

/// <summary>Lets one process at a time change a file of keys, also while a host holds the data folder.</summary>
internal static class KeyFileLock
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Takes the lock beside a file; disposing of it lets the next one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it holds, as the subject of a sentence.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <exception cref="CommandException">The file's folder cannot be written, or another process holds it too long.</exception>
    public static async Task<FileStream> TakeAsync(string path, string what, CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(start) < Patience)
            {
                await Task.Delay(20, cancellationToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CommandException($"{what} in '{path}' cannot be changed: {UserMessage.Sentence(e)} See that this user may write there and that no other command changes them, then try again.", ExitCode.Failed, e);
            }
        }
    }
}
