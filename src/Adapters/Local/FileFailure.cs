using Pipeline.Storage;

namespace Pipeline.Adapters.Local;

/// <summary>Says what a failure of the file system means for the user.</summary>
internal static class FileFailure
{
    // On Unix an IOException's HResult is the errno, on Windows it is 0x8007 and the Win32 code.
    private static readonly int[] Full = [28, 69, 122, unchecked((int)0x80070070), unchecked((int)0x80070027)];
    private static readonly int[] ReadOnly = [30, unchecked((int)0x80070013)];

    /// <summary>Whether the disk is full (or the user's share of it) or read-only.</summary>
    public static bool IsOfTheDisk(Exception exception) => exception is IOException && (Full.Contains(exception.HResult) || ReadOnly.Contains(exception.HResult));

    /// <summary>The failure as an exception that begins with <paramref name="what"/> and says how to mend it.</summary>
    public static ObjectStoreException Explain(string what, Exception exception)
    {
        string why = exception switch
        {
            IOException when Full.Contains(exception.HResult) => "the disk is full. Nothing has changed. Free some space and run this step again.",
            IOException when ReadOnly.Contains(exception.HResult) => "the disk is read-only. Choose a folder that this user may write to.",
            UnauthorizedAccessException => $"access is denied. Give this user the right to the folder, or choose another. ({exception.Message})",
            _ => $"{exception.Message} Check that the path is a folder and that this user may use it.",
        };
        return new ObjectStoreException($"{what}: {why}", exception);
    }
}
