namespace Pipeline.LocalHost;

/// <summary>What an exception says, as far as it tells a user of the command line something.</summary>
internal static class UserMessage
{
    /// <summary>The message without the parameter's name and the actual value that .NET appends.</summary>
    public static string Of(ArgumentException exception) =>
        exception.Message.Split('\n')[0].TrimEnd().Replace($" (Parameter '{exception.ParamName}')", "", StringComparison.Ordinal);

    /// <summary>The message as a sentence, so that another can follow.</summary>
    public static string Sentence(Exception exception) => exception.Message.TrimEnd('.') + ".";
}
