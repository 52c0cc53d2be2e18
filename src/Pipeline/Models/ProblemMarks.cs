namespace Pipeline.Models;

/// <summary>What people say of a problem. It is no part of a version: it is laid over what the version knows (<see cref="IProblemCorrections"/>).</summary>
public sealed record ProblemMarks
{
    /// <summary>What is to become of it.</summary>
    public ProblemStatus Status { get; init; }

    /// <summary>The name that the version gives it, where people gave it another; null otherwise.</summary>
    public string? TrainedLabel { get; init; }

    /// <summary>What it is, in people's words; null where nobody said.</summary>
    public string? Description { get; init; }

    /// <summary>Who takes care of it; null for nobody.</summary>
    public string? Owner { get; init; }

    /// <summary>The number or address of its problem record in another system; null for none.</summary>
    public string? Record { get; init; }

    /// <summary>What people noted, the oldest first.</summary>
    public IReadOnlyList<ProblemNote> Notes { get; init; } = [];

    /// <summary>The ids of the problems that people merged into it.</summary>
    public IReadOnlyList<int> Merged { get; init; } = [];

    /// <summary>The id of the problem that people split it from; null where a training found it.</summary>
    public int? SplitFrom { get; init; }
}

/// <summary>What is to become of a problem.</summary>
public enum ProblemStatus
{
    /// <summary>It is to be looked at.</summary>
    Open,

    /// <summary>Its cause is known.</summary>
    KnownError,

    /// <summary>It is nothing to be fixed: it is neither ranked nor alerted of.</summary>
    Ignored,
}

/// <summary>A note on a problem.</summary>
/// <param name="Text">What it says.</param>
/// <param name="By">Who wrote it.</param>
/// <param name="At">When, in UTC.</param>
public sealed record ProblemNote(string Text, string By, DateTimeOffset At);
