namespace Pipeline.Preprocessing;

/// <summary>An incident that could not be processed, kept aside with the reason so that none is dropped silently.</summary>
/// <param name="Number">The incident's number.</param>
/// <param name="Stage">The step that refused it, such as <c>preprocess</c>.</param>
/// <param name="Reason">What is wrong and how to mend it; holds no incident text.</param>
public sealed record DeadLetter(string Number, string Stage, string Reason);
