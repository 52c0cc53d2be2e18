using System.CommandLine;

namespace Pipeline.LocalHost.Commands;

/// <summary>The options that several commands share.</summary>
internal static class CommandOptions
{
    /// <summary>The data folder of the commands that work on one step.</summary>
    public const string DefaultDataFolder = "pipeline-data";

    public static Option<string?> Data(string description) => new("--data") { Description = description, HelpName = "DIR" };

    public static Option<string?> DataOfStep() => Data($"The data folder. Default: {DefaultDataFolder}.");

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON object on standard output and nothing else there." };

    public static Option<int?> Threads() => new("--threads") { Description = "Use at most this many threads. The result does not depend on it. Default: all cores.", HelpName = "N" };

    public static Option<string?> Report() => new("--report") { Description = "Also write the HTML report to this file.", HelpName = "OUT.html" };
}
