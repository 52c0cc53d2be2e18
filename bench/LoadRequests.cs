using System.Text.Json;
using Pipeline.Classification;
using Pipeline.Cli.Demo;
using Pipeline.Incidents;

namespace Pipeline.Bench;

/// <summary>Bodies of <c>POST /api/classify</c>: one text each, new ones of the demo's company, ready to be sent. Safe for use by many threads.</summary>
internal sealed class LoadRequests
{
    // Not the demo's: its texts are in the models, which answer for those by heart.
    private const int Seed = 1_000_003;
    private const int Count = 20_000;

    private readonly byte[][] _bodies;
    private int _next = -1;

    public LoadRequests()
    {
        Incident[] incidents = [.. DemoIncidents.Generate(Count, Seed)];
        _bodies = [.. incidents.Select(i => JsonSerializer.SerializeToUtf8Bytes(new ClassifyRequest(i.TechCenter, string.Join('\n', i.Texts)), PipelineJson.Compact))];
        TechCenters = incidents.Select(i => i.TechCenter).Distinct(StringComparer.Ordinal).Count();
    }

    /// <summary>The number of tech centers that are asked for.</summary>
    public int TechCenters { get; }

    /// <summary>The next body; after the last comes the first.</summary>
    public byte[] Next() => _bodies[(uint)Interlocked.Increment(ref _next) % (uint)_bodies.Length];
}
