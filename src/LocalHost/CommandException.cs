namespace Pipeline.LocalHost;

/// <summary>Ends a command with a message for the user and an exit code.</summary>
internal sealed class CommandException(string message, int exitCode, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The process's exit code.</summary>
    public int ExitCode { get; } = exitCode;
}

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    public const int Failed = 1;

    public const int WrongUsage = 2;

    /// <summary>The user stopped it: 128 and the number of SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;
}

/// <summary>What an exception says, as far as it tells a user of the command line something.</summary>
internal static class UserMessage
{
    /// <summary>The message without the parameter's name and the actual value that .NET appends.</summary>
    public static string Of(ArgumentException exception) =>
        exception.Message.Split('\n')[0].TrimEnd().Replace($" (Parameter '{exception.ParamName}')", "", StringComparison.Ordinal);

    /// <summary>The message as a sentence, so that another can follow.</summary>
    public static string Sentence(Exception exception) => exception.Message.TrimEnd('.') + ".";
}
