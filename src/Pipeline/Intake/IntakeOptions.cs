using Pipeline.Datasets;

namespace Pipeline.Intake;

/// <summary>
/// Which column of a file means what, and how it is to be read. A column left null is looked for under the names of the system whose export the file is, or of ServiceNow;
/// names compare without regard to case, spaces and underscores.
/// </summary>
public sealed record IntakeOptions
{
    /// <summary>In place of a column's name: the file has no such column.</summary>
    public const string None = "none";

    /// <summary>The tech center of rows that name none.</summary>
    public const string DefaultTechCenter = "default";

    /// <summary>What <see cref="Further"/> may name.</summary>
    public static readonly IReadOnlyList<string> FurtherRoles = ["priority", "state", "resolved", "close-notes", "reopen-count", "location", "configuration-item"];

    /// <summary>The incident's number; null looks for <c>number</c>. Where there is none, or the cell is empty, the number is derived from the row's content.</summary>
    public string? NumberColumn { get; init; }

    /// <summary>When the incident was opened; null looks for <c>opened_at</c> or <c>sys_created_on</c>, <see cref="None"/> leaves incidents undated.</summary>
    public string? CreatedColumn { get; init; }

    /// <summary>When the incident was last changed; null looks for <c>sys_updated_on</c>. An empty cell is no date.</summary>
    public string? UpdatedColumn { get; init; }

    /// <summary>
    /// The texts in the order of the summary; null looks for <c>short_description</c> and <c>description</c> and takes those that are there. Of columns with the same name all are read, in order.
    /// An item may name several with commas between.
    /// </summary>
    public IReadOnlyList<string>? TextColumns { get; init; }

    /// <summary>The tech center; null looks for <c>assignment_group</c> and <c>tech_center</c>, <see cref="None"/> puts all rows into <see cref="DefaultTechCenter"/>.</summary>
    public string? TechCenterColumn { get; init; }

    /// <summary>Columns that are kept beside, by role (<see cref="FurtherRoles"/>), each its name or <see cref="None"/>. Those left out are looked for.</summary>
    public IReadOnlyDictionary<string, string> Further { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>A JSON file with mappings of further systems, which are tried before those that come with the program; null for none.</summary>
    public string? MappingsFile { get; init => field = Given(value); }

    /// <summary>The format of the dates, as .NET writes them, such as <c>dd/MM/yyyy HH:mm</c>; null finds it out. Dates that have it not are read as without it.</summary>
    public string? DateFormat { get; init => field = Given(value); }

    /// <summary>Whether dates such as 03/04/2026 have the day first; null finds out from all rows, and asks where they do not tell.</summary>
    public bool? DayFirst { get; init; }

    /// <summary>The zone of dates that name none: an IANA name or an offset such as <c>+02:00</c>; null is UTC.</summary>
    public string? TimeZone { get; init => field = Given(value); }

    /// <summary>The encoding of a text file, such as <c>windows-1252</c>; null finds it out.</summary>
    public string? Encoding { get; init => field = Given(value); }

    /// <summary>The length in characters (UTF-16 units) to which a longer text is cut, from 100. The row is accepted.</summary>
    public int MaxTextLength { get; init; } = 100_000;

    /// <summary>The share of the rows, 0 to 1, of which more must not be rejected, or nothing is stored. Rows with a newer version in the file do not count.</summary>
    public double MaxRejectShare { get; init; } = 0.05;

    /// <summary>Whether to go on however many rows are rejected.</summary>
    public bool AllowRejects { get; init; }

    /// <summary>Whether the rejects are written for a machine: a text is then not kept from being a formula in a spreadsheet.</summary>
    public bool RawRejects { get; init; }

    /// <summary>These options with the columns that a data set names, where they name none themselves. Records have no columns but those.</summary>
    public IntakeOptions Of(Dataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        string? otherwise = dataset.Kind == DatasetKind.Records ? None : null;
        return this with
        {
            NumberColumn = NumberColumn ?? dataset.NumberColumn ?? otherwise,
            CreatedColumn = CreatedColumn ?? dataset.CreatedColumn ?? otherwise,
            UpdatedColumn = UpdatedColumn ?? dataset.UpdatedColumn ?? otherwise,
            TechCenterColumn = TechCenterColumn ?? dataset.PartitionColumn ?? otherwise,
            TextColumns = TextColumns is { Count: > 0 } ? TextColumns : dataset.TextColumns,
            MaxRejectShare = dataset.Strict ? 0 : MaxRejectShare,
            AllowRejects = AllowRejects && !dataset.Strict,
        };
    }

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it.</exception>
    public void Validate()
    {
        SettingRange.Require(MaxTextLength, 100, double.PositiveInfinity, "Intake:MaxTextLength");
        SettingRange.Require(MaxRejectShare, 0, 1, "Intake:MaxRejectShare");
    }

    // A setting that is there without a value is none.
    private static string? Given(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
