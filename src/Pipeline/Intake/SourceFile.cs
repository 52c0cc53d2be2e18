namespace Pipeline.Intake;

/// <summary>Opens a file for intake.</summary>
public static class SourceFile
{
    /// <summary>Opens the file for reading, so that nobody changes it meanwhile where the system can see to that.</summary>
    /// <exception cref="IntakeException">It cannot be opened, or is no file that can be read twice.</exception>
    public static FileStream Open(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (Directory.Exists(path))
        {
            throw new IntakeException($"'{path}' is a folder. Name a CSV file in it.", isUsageError: true);
        }

        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IntakeException($"There is no file '{path}'. Check the path; it is relative to '{Directory.GetCurrentDirectory()}' unless it begins at the root.", exception, isUsageError: true);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IntakeException($"The file '{path}' may not be read by this user. Give the right to read it, or copy it to another folder.", exception);
        }
        catch (IOException exception)
        {
            throw new IntakeException($"The file '{path}' could not be opened: {exception.Message} Close it in other programs and try again.", exception);
        }

        if (!file.CanSeek)
        {
            file.Dispose();
            throw new IntakeException($"'{path}' is a pipe or a device, and the import reads its file twice. Save it as a file first.", isUsageError: true);
        }

        return file;
    }
}
