namespace Pipeline.LocalHost.Hosting.State;

/// <summary>What a function did with the last version it saw of an object.</summary>
/// <param name="Function">The function's name.</param>
/// <param name="Object">The object's name.</param>
/// <param name="Version">The object's version.</param>
/// <param name="Attempts">How often the function was started for this version.</param>
/// <param name="Outcome">How that ended.</param>
/// <param name="Error">Why the last attempt failed; null where it did not.</param>
internal sealed record BlobReceipt(string Function, string Object, string Version, int Attempts, BlobOutcome Outcome, string? Error);
