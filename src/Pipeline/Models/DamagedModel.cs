namespace Pipeline.Models;

/// <summary>A published version that cannot be read.</summary>
/// <param name="Version">Its name.</param>
/// <param name="Problem">Why, and what to do.</param>
public sealed record DamagedModel(string Version, string Problem);
