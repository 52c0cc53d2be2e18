namespace Pipeline.Monitoring;

/// <summary>The result of one validation check.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="Passed">Whether it is in order.</param>
/// <param name="Detail">What was found; for a failure also how to mend it.</param>
public sealed record Check(string Name, bool Passed, string Detail);
