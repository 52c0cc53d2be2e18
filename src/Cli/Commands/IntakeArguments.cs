using System.CommandLine;
using Pipeline.Intake;
using Pipeline.LocalHost;

namespace Pipeline.Cli.Commands;

/// <summary>The options of the commands that take files in: which column means what, and how the file is to be read.</summary>
internal sealed class IntakeArguments
{
    private readonly Option<string?> _number = CommandOptions.Text("--number-column", "The column with the incident's number. Default: that of the system whose export it is, or 'number'; without one, numbers are derived from the rows.", "C");
    private readonly Option<string?> _created = CommandOptions.Text("--created-column", "The column with the opening date; 'none' where there is none. Default: that of the system whose export it is, or 'opened_at' or 'sys_created_on'.", "C");
    private readonly Option<string?> _updated = CommandOptions.Text("--updated-column", "The column with the date of the last change; 'none' where there is none. Default: that of the system whose export it is, or 'sys_updated_on'.", "C");
    private readonly Option<string[]> _texts = CommandOptions.List("--text-columns", "The columns with the text, separated by commas. Default: those of the system whose export it is, or 'short_description' and 'description'.");
    private readonly Option<string?> _techCenter = CommandOptions.Text("--tech-center-column", "The column with the tech center; 'none' puts all rows in one. Default: that of the system whose export it is, or 'assignment_group'.", "C");
    private readonly Option<string[]> _keep = CommandOptions.List("--keep", "Further columns to keep, as ROLE=COLUMN with commas between: priority, state, resolved, close-notes, reopen-count, location, configuration-item. Default: those that are recognised.");
    private readonly Option<string?> _mappings = CommandOptions.Text("--mappings", "A JSON file with the columns of further systems. Default: the setting Intake:MappingsFile.", "FILE.json");
    private readonly Option<string?> _dateFormat = CommandOptions.Text("--date-format", "The format of the dates, such as 'dd/MM/yyyy HH:mm'. Default: found out from all rows.", "FORMAT");
    private readonly Option<bool?> _dayFirst = new("--day-first")
    {
        Description = "Dates such as 03/04/2026 have the day first; 'false' says the month. Default: found out from all rows.",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result => result.Tokens.Count == 0 || (bool.TryParse(result.Tokens[0].Value, out bool value) ? value : Refuse(result)),
    };

    private readonly Option<string?> _timeZone = CommandOptions.Text("--time-zone", "The zone of dates that name none, such as Europe/Berlin or +02:00. Default: UTC.", "ZONE");
    private readonly Option<string?> _encoding = CommandOptions.Text("--encoding", "The encoding of a text file, such as windows-1252. Default: found out from its bytes.", "NAME");
    private readonly Option<bool> _allowRejects = new("--allow-rejects") { Description = "Go on however many rows are rejected. Without it nothing is stored of a file of which more than Intake:MaxRejectShare (5 %) is." };
    private readonly Option<bool> _rawCsv = new("--raw-csv") { Description = "Write CSV files for machines: without the apostrophe that keeps a spreadsheet from taking a text for a formula." };

    /// <summary>The options, in the order of the help.</summary>
    public IEnumerable<Option> All => [_number, _created, _updated, _texts, _techCenter, _keep, _mappings, _dateFormat, _dayFirst, _timeZone, _encoding, _allowRejects, _rawCsv];

    /// <summary>The settings with what the command line says.</summary>
    /// <exception cref="CommandException">An item of --keep is not a role with its column.</exception>
    public IntakeOptions Read(ParseResult parsed, IntakeOptions settings) => settings with
    {
        NumberColumn = parsed.GetValue(_number),
        CreatedColumn = parsed.GetValue(_created),
        UpdatedColumn = parsed.GetValue(_updated),
        TextColumns = parsed.GetValue(_texts),
        TechCenterColumn = parsed.GetValue(_techCenter),
        Further = Further(CommandOptions.Split(parsed.GetValue(_keep) ?? [])),
        MappingsFile = parsed.GetValue(_mappings) ?? settings.MappingsFile,
        DateFormat = parsed.GetValue(_dateFormat) ?? settings.DateFormat,
        DayFirst = parsed.GetValue(_dayFirst) ?? settings.DayFirst,
        TimeZone = parsed.GetValue(_timeZone) ?? settings.TimeZone,
        Encoding = parsed.GetValue(_encoding) ?? settings.Encoding,
        AllowRejects = parsed.GetValue(_allowRejects) || settings.AllowRejects,
        RawRejects = parsed.GetValue(_rawCsv) || settings.RawRejects,
    };

    private static Dictionary<string, string> Further(string[] items)
    {
        Dictionary<string, string> further = new(StringComparer.Ordinal);
        foreach (string item in items)
        {
            if (item.Split('=', 2) is not [var role, { Length: > 0 } column] || !IntakeOptions.FurtherRoles.Contains(role, StringComparer.Ordinal))
            {
                throw new CommandException($"--keep has '{item}'; it must be ROLE=COLUMN, where the role is one of {string.Join(", ", IntakeOptions.FurtherRoles)}.", ExitCode.WrongUsage);
            }

            further[role] = column;
        }

        return further;
    }

    private static bool Refuse(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError($"--day-first is '{result.Tokens[0].Value}'; it must be true or false, or stand alone for true.");
        return false;
    }
}
