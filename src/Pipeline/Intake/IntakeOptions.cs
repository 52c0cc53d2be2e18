namespace Pipeline.Intake;

/// <summary>
/// Which column of a CSV file means what. A column left null is looked for under ServiceNow's names; names compare without regard to case, spaces and underscores.
/// </summary>
public sealed record IntakeOptions
{
    /// <summary>In place of a column's name: the file has no such column.</summary>
    public const string None = "none";

    /// <summary>The tech center of rows that name none.</summary>
    public const string DefaultTechCenter = "default";

    /// <summary>The incident's number; null looks for <c>number</c>. Where there is none, or the cell is empty, the number is derived from the row's content.</summary>
    public string? NumberColumn { get; init; }

    /// <summary>When the incident was opened; null looks for <c>opened_at</c> or <c>sys_created_on</c>, <see cref="None"/> leaves incidents undated.</summary>
    public string? CreatedColumn { get; init; }

    /// <summary>When the incident was last changed; null looks for <c>sys_updated_on</c>. An empty cell is no date.</summary>
    public string? UpdatedColumn { get; init; }

    /// <summary>The texts in the order of the summary; null looks for <c>short_description</c> and <c>description</c> and takes those that are there.</summary>
    public IReadOnlyList<string>? TextColumns { get; init; }

    /// <summary>The tech center; null looks for <c>assignment_group</c>, <see cref="None"/> puts all rows into <see cref="DefaultTechCenter"/>.</summary>
    public string? TechCenterColumn { get; init; }

    /// <summary>Whether dates such as 03/04/2026 have the day first; null finds out from the first thousand rows and takes the month where they do not tell.</summary>
    public bool? DayFirst { get; init; }

    /// <summary>The length in characters (UTF-16 units) to which a longer text is cut, from 100. The row is accepted.</summary>
    public int MaxTextLength { get; init; } = 100_000;
}
