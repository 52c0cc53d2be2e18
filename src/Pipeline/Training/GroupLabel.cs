namespace Pipeline.Training;

/// <summary>What a labeller proposes for a group.</summary>
/// <param name="Name">A short name; empty where it has none.</param>
/// <param name="Domain">The field that the group belongs to, such as "Printing"; null where the labeller proposes none.</param>
public sealed record GroupLabel(string Name, string? Domain = null);
