namespace Pipeline.Erasure;

/// <summary>What is told of an erasure.</summary>
/// <param name="Id">Its name.</param>
/// <param name="State">erasing, erased or failed.</param>
/// <param name="NumberSha256">The SHA-256 of the incident's number, in hexadecimal digits.</param>
/// <param name="RequestedAt">When it was asked for, in UTC.</param>
/// <param name="RequestedBy">Who asked for it.</param>
/// <param name="FinishedAt">When it was done, in UTC; null before that.</param>
/// <param name="Removed">What was removed; all of it is 0 where nothing was found.</param>
/// <param name="Problem">Why it was given up; null where it was not.</param>
public sealed record ErasureReport(string Id, ErasureState State, string NumberSha256, DateTimeOffset RequestedAt, string RequestedBy, DateTimeOffset? FinishedAt, ErasureCounts Removed, string? Problem)
{
    /// <summary>The report of an erasure.</summary>
    public static ErasureReport Of(ErasureRecord erasure)
    {
        ArgumentNullException.ThrowIfNull(erasure);
        ErasureState state = erasure.FinishedAt is not null ? ErasureState.Erased : erasure.Problem is null ? ErasureState.Erasing : ErasureState.Failed;
        return new ErasureReport(erasure.Id, state, erasure.NumberSha256, erasure.RequestedAt, erasure.RequestedBy, erasure.FinishedAt, erasure.Removed, erasure.Problem);
    }
}

/// <summary>How far an erasure has come.</summary>
public enum ErasureState
{
    /// <summary>It is being done.</summary>
    Erasing,

    /// <summary>It is done.</summary>
    Erased,

    /// <summary>It was given up, and has to be asked for again.</summary>
    Failed,
}
