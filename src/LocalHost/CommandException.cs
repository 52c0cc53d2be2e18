namespace Pipeline.LocalHost;

/// <summary>Ends a command with a message for the user and an exit code.</summary>
internal sealed class CommandException(string message, int exitCode, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The process's exit code.</summary>
    public int ExitCode { get; } = exitCode;
}
