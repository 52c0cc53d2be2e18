namespace Pipeline.TextClassification;

/// <summary>The answer to a <see cref="ClassifyRequest"/>.</summary>
/// <param name="TechCenter">The tech center whose model answered.</param>
/// <param name="Version">The model version that answered.</param>
/// <param name="Texts">One answer per text, in order.</param>
public sealed record ClassifyResult(string TechCenter, string Version, IReadOnlyList<ClassifiedText> Texts);
