using System.Text.Json.Serialization;
using Pipeline.Models;

namespace Pipeline.Corrections;

/// <summary>One thing that a person decided about the problems of a tech center. It is never changed; taking it back is another one.</summary>
public sealed record Correction
{
    /// <summary>Its name: 32 hexadecimal digits, which rise with time.</summary>
    public required string Id { get; init; }

    /// <summary>When it was decided, in UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who decided it.</summary>
    public required string By { get; init; }

    /// <summary>What it does.</summary>
    public required CorrectionKind Kind { get; init; }

    /// <summary>The problem that it is about: that is renamed, merged into another, split, that tickets are moved to, or are not of. Null where something is taken back.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Problem { get; init; }

    /// <summary>The problem that takes the other in, of a merge.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Into { get; init; }

    /// <summary>The variants that leave, of a split.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? Variants { get; init; }

    /// <summary>The id that a split gives to what leaves.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? NewProblem { get; init; }

    /// <summary>The name, description, owner, note or problem record. Empty to have none any more; of a split the name of what leaves, null to have it named as its largest variant; of a merge the name that the other problem had.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Text { get; init; }

    /// <summary>The status.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProblemStatus? Status { get; init; }

    /// <summary>The tickets that are moved, or are not of the problem; of a merge those that stand for the problem that becomes part of the other.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MovedTicket>? Tickets { get; init; }

    /// <summary>How many tickets were erased since, and are no more in <see cref="Tickets"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ErasedTickets { get; init; }

    /// <summary>The correction that is taken back.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Undoes { get; init; }

    /// <summary>Who brought it here from another installation; null where it was decided here.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ImportedBy { get; init; }

    /// <summary>Whether it is about a problem.</summary>
    public bool Concerns(int problem) => Problem == problem || Into == problem || NewProblem == problem;
}

/// <summary>A ticket that was moved, or stands for a problem that was merged.</summary>
/// <param name="Number">Its number.</param>
/// <param name="ContentHash">The hash of its masked text at that time; null where it had none.</param>
public sealed record MovedTicket(string Number, string? ContentHash);

/// <summary>What a correction does.</summary>
public enum CorrectionKind
{
    /// <summary>Gives a problem a name.</summary>
    Rename,

    /// <summary>Says what a problem is.</summary>
    Describe,

    /// <summary>Says what is to become of a problem.</summary>
    Status,

    /// <summary>Says who takes care of a problem.</summary>
    Owner,

    /// <summary>Adds a note to a problem.</summary>
    Note,

    /// <summary>Links a problem to its record in another system.</summary>
    Record,

    /// <summary>Makes a problem part of another.</summary>
    Merge,

    /// <summary>Makes some of a problem's variants a problem of their own.</summary>
    Split,

    /// <summary>Says which problem tickets are of.</summary>
    Move,

    /// <summary>Says which problem tickets are not of.</summary>
    NotThis,

    /// <summary>Takes a correction back; taking that back in turn makes it hold again.</summary>
    Undo,
}

/// <summary>All that was decided about a tech center, the earliest first: the content of its log.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Entries">What was decided.</param>
public sealed record CenterCorrections(string TechCenter, IReadOnlyList<Correction> Entries)
{
    /// <summary>Ids from here on are those of splits: no training comes this far.</summary>
    public const int FirstSplitId = 1_000_001;

    /// <summary>The last id that is taken from another installation, so that further splits find ids behind it.</summary>
    public const int LastSplitId = 1_999_999_999;

    /// <summary>Those that hold: neither taken back, nor taking back. Their order is that of the decisions.</summary>
    [JsonIgnore]
    public IReadOnlyList<Correction> Holding
    {
        get
        {
            IReadOnlyDictionary<string, Correction> undone = Undone();
            return [.. Entries.Where(e => e.Kind != CorrectionKind.Undo && !undone.ContainsKey(e.Id))];
        }
    }

    /// <summary>The id of the next split.</summary>
    [JsonIgnore]
    public int NextProblem => Entries.Select(e => e.NewProblem ?? 0).Append(FirstSplitId - 1).Max() + 1;

    /// <summary>What takes each entry back that does not hold, by the entry's id. What was taken back and then given again is not among them. O(entries).</summary>
    public IReadOnlyDictionary<string, Correction> Undone()
    {
        // From the last to the first: what is taken back itself takes nothing back.
        Dictionary<string, Correction> undone = new(StringComparer.Ordinal);
        foreach (Correction entry in Entries.Reverse())
        {
            if (entry.Undoes is string taken && !undone.ContainsKey(entry.Id))
            {
                undone[taken] = entry;
            }
        }

        return undone;
    }
}
