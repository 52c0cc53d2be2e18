using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pipeline.LocalHost;

namespace Pipeline.Cli.Commands;

/// <summary>The options that several commands share, and the kinds of options: what cannot be right is refused with the option's name before anything is done.</summary>
internal static class CommandOptions
{
    public static Option<string?> Data(string description) => Text("--data", description, "DIR");

    public static Option<string?> DataOfStep() => Data($"The data folder. Default: the only one below {DataFolder.Root}.");

    public static Option<string?> Dataset() => Text("--dataset", "The data set that the rows are for; 'dataset list' shows those that there are. Default: incidents.", "NAME");

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON object on standard output and nothing else there." };

    public static Option<int?> Threads() => Integer("--threads", "Use at most this many threads. The result does not depend on it. Default: all cores.", 1, 1024);

    public static Option<int?> MinClusterSize() => Integer("--min-cluster-size", "The smallest cluster. Default: grows with the number of incidents.", 2, int.MaxValue);

    public static Option<int?> Seed(string description = "Seeds every random choice. Default: 42.") => Integer("--seed", description, int.MinValue, int.MaxValue);

    public static Option<string?> Report() => Text("--report", "Also write the HTML report to this file.", "OUT.html");

    /// <summary>An option whose value is a text that is not blank.</summary>
    public static Option<string?> Text(string name, string description, string helpName)
    {
        Option<string?> option = new(name) { Description = description, HelpName = helpName };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
            {
                result.AddError($"{name} has a blank value. Give it one, or leave the option out.");
            }
        });
        return option;
    }

    /// <summary>An option whose value is a whole number in a range.</summary>
    public static Option<int?> Integer(string name, string description, int lowest, int highest, string helpName = "N") => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result => Parse(result, name, lowest, highest),
    };

    /// <summary>An option whose value is a list with commas between, of at least one item.</summary>
    public static Option<string[]> List(string name, string description)
    {
        Option<string[]> option = new(name) { Description = description, HelpName = "A,B", AllowMultipleArgumentsPerToken = true };
        option.Validators.Add(result =>
        {
            if (Split(result.Tokens.Select(token => token.Value)).Length == 0)
            {
                result.AddError($"{name} names nothing. Give it one or more names with commas between, or leave the option out.");
            }
        });
        return option;
    }

    /// <summary>The items of a list.</summary>
    public static string[] Split(IEnumerable<string> values) =>
        [.. values.SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    private static int? Parse(ArgumentResult result, string name, int lowest, int highest)
    {
        string text = result.Tokens[^1].Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= lowest && number <= highest)
        {
            return number;
        }

        string range = highest == int.MaxValue && lowest > int.MinValue ? string.Create(CultureInfo.InvariantCulture, $"of at least {lowest}") : string.Create(CultureInfo.InvariantCulture, $"from {lowest} to {highest}");
        result.AddError($"{name} is '{text}'; it must be a whole number {range}.");
        return null;
    }
}
