namespace Pipeline.Telemetry;

/// <summary>The operations whose failures are counted.</summary>
public static class PipelineOperation
{
    /// <summary>Reading incidents into the warehouse.</summary>
    public const string Import = "import";

    /// <summary>Masking and embedding.</summary>
    public const string Preprocess = "preprocess";

    /// <summary>Assigning stored incidents to clusters.</summary>
    public const string Predict = "predict";

    /// <summary>Training a tech center.</summary>
    public const string Train = "train";

    /// <summary>Answering for texts at hand.</summary>
    public const string Classify = "classify";
}
