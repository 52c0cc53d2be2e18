using Pipeline.LocalHost.Hosting.Functions;

namespace Pipeline.LocalHost.Hosting.Invocations;

/// <summary>One run of a function, as people see it. It holds no text of incidents.</summary>
/// <param name="Id">The run's id, which the log lines bear too.</param>
/// <param name="Function">The function's name.</param>
/// <param name="Trigger">What started it.</param>
/// <param name="Reason">What started it in particular, such as <c>GET</c> or <c>past due</c>.</param>
/// <param name="Started">When it began, in UTC.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Milliseconds">How long it took; null while it runs.</param>
/// <param name="Problem">Why it failed; null where it did not.</param>
internal sealed record InvocationRecord(string Id, string Function, TriggerKind Trigger, string Reason, DateTimeOffset Started, InvocationOutcome Outcome, double? Milliseconds = null, string? Problem = null);
