using System.Globalization;

namespace Pipeline.Bench;

/// <summary>One granularity.</summary>
/// <param name="MinClusterSize">The smallest cluster.</param>
/// <param name="Persistence">How much the granularity stands out.</param>
/// <param name="Clusters">Clusters found.</param>
/// <param name="Noise">Points in no cluster.</param>
/// <param name="Chosen">Whether it is the one to use.</param>
internal sealed record EmbedClusterLayer(int MinClusterSize, double Persistence, int Clusters, int Noise, bool Chosen)
{
    /// <summary>One line to read.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture, $"{(Chosen ? '*' : ' ')} smallest cluster {MinClusterSize}: persistence {Persistence:0.000}, {Clusters} clusters, {Noise} noise");
}
