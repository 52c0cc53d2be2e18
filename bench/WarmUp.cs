namespace Pipeline.Bench;

/// <summary>The points that are worked on before the clock starts, so that the code is compiled.</summary>
internal static class WarmUp
{
    /// <summary>Enough points to take the same path as many points do.</summary>
    public const int Count = 2500;

    /// <summary>The first of some points, or all where there are fewer.</summary>
    public static ReadOnlyMemory<float> Of(float[] points, int dimensions) => points.AsMemory(0, Math.Min(points.Length / dimensions, Count) * dimensions);
}
