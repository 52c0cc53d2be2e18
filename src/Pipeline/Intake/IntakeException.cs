namespace Pipeline.Intake;

/// <summary>A file cannot be taken in at all. The message says what is wrong, where, and how to mend it.</summary>
public sealed class IntakeException : Exception
{
    /// <summary>Creates the exception with a message for the user, its cause, and whether what was asked for is at fault rather than the content of the file.</summary>
    public IntakeException(string message, Exception? innerException = null, bool isUsageError = false)
        : base(message, innerException) => IsUsageError = isUsageError;

    /// <summary>Whether what was asked for is at fault, such as the name of a file or of a column that is not there, rather than the content of the file.</summary>
    public bool IsUsageError { get; }
}
