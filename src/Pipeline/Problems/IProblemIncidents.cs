using Pipeline.Incidents;

namespace Pipeline.Problems;

/// <summary>The incidents of the problems: their counts by day, the incidents themselves, a page at a time, and all of a tech center without their texts. A port of the warehouse (<see cref="Storage.IWarehouse"/>).</summary>
public interface IProblemIncidents
{
    /// <summary>What was predicted, counted by tech center, problem and day, in no order. A prediction from before there were problems counts for its cluster.</summary>
    Task<IReadOnlyList<ProblemDay>> CountByDayAsync(CancellationToken cancellationToken = default);

    /// <summary>A page of the incidents that are asked for. Incidents without a date come last by date, those without a prediction by confidence.</summary>
    Task<IncidentPage> ReadIncidentsAsync(IncidentQuery query, CancellationToken cancellationToken = default);

    /// <summary>All incidents of a tech center that were predicted, without their texts, in ordinal order of number. A prediction from before there were problems names its cluster.</summary>
    IAsyncEnumerable<AnsweredIncident> ReadAnsweredAsync(string techCenter, CancellationToken cancellationToken = default);

    /// <summary>
    /// The incidents that are asked for, one after the other, from <see cref="IncidentQuery.Skip"/> on and up to <see cref="IncidentQuery.Take"/> of them: which they are, and their order, is settled when it begins.
    /// One that is removed meanwhile is left out.
    /// </summary>
    IAsyncEnumerable<StoredIncident> StreamIncidentsAsync(IncidentQuery query, CancellationToken cancellationToken = default);

    /// <summary>
    /// Which priorities, configuration items and locations the newest incidents of a tech center have, and how many of each are of a problem. Incidents without a prediction do not count.
    /// Of each column the most frequent values, at most <see cref="ProblemValues.MostValues"/> of the newest <see cref="ProblemValues.MostRead"/> incidents.
    /// </summary>
    Task<ProblemValues> CountValuesAsync(string techCenter, int problemId, CancellationToken cancellationToken = default);
}

/// <summary>An incident and what it was predicted to be, without its text.</summary>
/// <param name="Number">Its number.</param>
/// <param name="CreatedOn">When it was opened, in UTC; null where the source has no dates.</param>
/// <param name="Priority">Its priority in the source's words; null where the source does not say.</param>
/// <param name="ProblemId">The problem, -1 for none.</param>
/// <param name="ModelVersion">The version that answered, such as <c>network/2026_q2</c>.</param>
/// <param name="ContentHash">The hash of the text that was predicted.</param>
public sealed record AnsweredIncident(string Number, DateTimeOffset? CreatedOn, string? Priority, int ProblemId, string ModelVersion, string ContentHash);

/// <summary>What came of a problem on a day.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="ProblemId">The problem, -1 for none.</param>
/// <param name="Day">The day that the incidents were opened on, in UTC; null for those without a date.</param>
/// <param name="Incidents">How many there are.</param>
public sealed record ProblemDay(string TechCenter, int ProblemId, DateOnly? Day, int Incidents)
{
    /// <summary>Those whose priority is known.</summary>
    public int Prioritised { get; init; }

    /// <summary>Those whose priority is one of the two highest: its text begins with 1 or 2, or P1 or P2, or is critical or high.</summary>
    public int Urgent { get; init; }

    /// <summary>Those of which it is known how often they were opened again.</summary>
    public int Followed { get; init; }

    /// <summary>Those that were opened again.</summary>
    public int Reopened { get; init; }

    /// <summary>Those that were resolved after they were opened.</summary>
    public int Resolved { get; init; }

    /// <summary>The hours from opening to resolving of <see cref="Resolved"/>, added up.</summary>
    public double HoursToResolve { get; init; }
}

/// <summary>Asks for incidents.</summary>
/// <param name="TechCenter">The tech center; null for all.</param>
/// <param name="Id">The problem's id, or the cluster's, which is one of the tech center's; null for all incidents, also those that are not predicted.</param>
/// <param name="OfVariant">Whether the id is that of a cluster, a variant of a problem.</param>
public sealed record IncidentQuery(string? TechCenter, int? Id, bool OfVariant)
{
    /// <summary>Only those opened then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only those opened before.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Only those of this priority, in the source's words.</summary>
    public string? Priority { get; init; }

    /// <summary>Only those whose masked text holds this, whatever the case; reads all summaries.</summary>
    public string? Text { get; init; }

    /// <summary>Only those of which it is known how they were resolved.</summary>
    public bool HasCloseNotes { get; init; }

    /// <summary>The order.</summary>
    public IncidentSort Sort { get; init; }

    /// <summary>How many to pass over.</summary>
    public int Skip { get; init; }

    /// <summary>How many to give, from 1.</summary>
    public int Take { get; init; } = 50;
}

/// <summary>The order of incidents. Ties are in the order of number.</summary>
public enum IncidentSort
{
    /// <summary>The newest first.</summary>
    Newest,

    /// <summary>The oldest first.</summary>
    Oldest,

    /// <summary>Those that are most surely of the problem first.</summary>
    Confidence,

    /// <summary>Those that are least surely of the problem first.</summary>
    Doubtful,
}

/// <summary>A page of incidents.</summary>
/// <param name="Total">How many there are on all pages.</param>
/// <param name="Incidents">Those of this page.</param>
public sealed record IncidentPage(long Total, IReadOnlyList<StoredIncident> Incidents);

/// <summary>The values that the incidents of a tech center have in the columns beside their text.</summary>
/// <param name="Incidents">The incidents that were read: the newest of the tech center that are predicted.</param>
/// <param name="OfProblem">Those of them that are of the problem.</param>
/// <param name="Values">The values, in no order.</param>
public sealed record ProblemValues(int Incidents, int OfProblem, IReadOnlyList<ValueCount> Values)
{
    /// <summary>The most incidents that are read.</summary>
    public const int MostRead = 200_000;

    /// <summary>The most values of a column.</summary>
    public const int MostValues = 1_000;
}

/// <summary>How often a column has a value.</summary>
/// <param name="Column">The column.</param>
/// <param name="Value">The value, in the source's words; not empty.</param>
/// <param name="Incidents">Incidents that have it.</param>
/// <param name="OfProblem">Those of them that are of the problem.</param>
/// <param name="Known">Incidents that have any value in this column.</param>
/// <param name="KnownOfProblem">Those of them that are of the problem.</param>
public sealed record ValueCount(ValueColumn Column, string Value, int Incidents, int OfProblem, int Known, int KnownOfProblem);

/// <summary>A column beside the text.</summary>
public enum ValueColumn
{
    /// <summary>How urgent the source holds an incident to be.</summary>
    Priority,

    /// <summary>What it happened to.</summary>
    ConfigurationItem,

    /// <summary>Where it happened.</summary>
    Location,
}
