namespace Pipeline.TextClassification;

/// <summary>Asks where texts belong. Either one text or a list of them.</summary>
/// <param name="TechCenter">The tech center whose model answers; null where only one has a model.</param>
/// <param name="Text">One text.</param>
/// <param name="Texts">1 to 100 texts.</param>
public sealed record ClassifyRequest(string? TechCenter = null, string? Text = null, IReadOnlyList<string>? Texts = null);
