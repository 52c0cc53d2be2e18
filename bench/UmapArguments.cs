using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Clustering;

namespace Pipeline.Bench;

/// <summary>The file and the options that every command about UMAP takes.</summary>
internal sealed class UmapArguments
{
    private readonly Argument<FileInfo> _file = new("FILE.f32") { Description = "The points: little-endian float32, row-major." };
    private readonly Option<int> _dims = new("--dims") { Description = "Coordinates of a point.", Required = true };
    private readonly Option<int> _components = new("--components") { Description = "Dimensions of the layout.", DefaultValueFactory = _ => 5 };
    private readonly Option<int> _neighbors = new("--neighbors") { Description = "The neighbourhood's size.", DefaultValueFactory = _ => 15 };
    private readonly Option<DistanceMetric> _metric = new("--metric") { Description = "The distance between two points.", DefaultValueFactory = _ => DistanceMetric.Cosine };
    private readonly Option<NeighborSearchMethod> _search = new("--search") { Description = "How neighbours are searched.", DefaultValueFactory = _ => NeighborSearchMethod.Auto };
    private readonly Option<int?> _epochs = new("--epochs") { Description = "Passes of the optimisation. Default: by the number of points." };
    private readonly Option<int> _negatives = new("--negatives") { Description = "Points pushed away for each neighbour pulled near.", DefaultValueFactory = _ => new UmapOptions().NegativeSampleRate };
    private readonly Option<double> _repulsion = new("--repulsion") { Description = "What pushes weigh against pulls.", DefaultValueFactory = _ => new UmapOptions().RepulsionStrength };
    private readonly Option<int> _seed = new("--seed") { Description = "Seeds every random choice.", DefaultValueFactory = _ => 42 };
    private readonly Option<int> _threads = new("--threads") { Description = "Threads.", DefaultValueFactory = _ => Environment.ProcessorCount };
    private readonly Option<FileInfo?> _embedding = new("--embedding") { Description = "Write the layout as little-endian float32." };
    private readonly Option<bool> _trustworthiness = new("--trustworthiness") { Description = "Compute the layout's trustworthiness over 15 neighbours, too." };

    /// <summary>Whether JSON is asked for.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON object." };

    /// <summary>Makes a command that takes the file and the options.</summary>
    public Command Command(string name, string what) => new(name, $"Times {what}, without loading, after a warm-up of the first {WarmUp.Count} points (which compiles the code).")
    {
        _file, _dims, _components, _neighbors, _metric, _search, _epochs, _negatives, _repulsion, _seed, _threads, _embedding, _trustworthiness, Json,
    };

    /// <summary>What UMAP is told.</summary>
    public UmapOptions Options(ParseResult parsed) => new()
    {
        Components = parsed.GetValue(_components),
        Neighbors = parsed.GetValue(_neighbors),
        Metric = parsed.GetValue(_metric),
        NeighborSearch = parsed.GetValue(_search),
        Epochs = parsed.GetValue(_epochs),
        NegativeSampleRate = parsed.GetValue(_negatives),
        RepulsionStrength = parsed.GetValue(_repulsion),
        Seed = parsed.GetValue(_seed),
        MaxDegreeOfParallelism = parsed.GetValue(_threads),
    };

    /// <summary>What umap-learn takes for the same file, metric, neighbourhood, layout and number of passes, or why it does not. Its trustworthiness is computed where that of the own layout is.</summary>
    public Task<(JsonObject? Answer, string? Failure)> RunPeerAsync(ParseResult parsed, string python, double seconds, CancellationToken cancellationToken)
    {
        string[] options =
        [
            "--components", parsed.GetValue(_components).ToString(CultureInfo.InvariantCulture), "--neighbors", parsed.GetValue(_neighbors).ToString(CultureInfo.InvariantCulture),
            "--metric", parsed.GetValue(_metric) == DistanceMetric.Cosine ? "cosine" : "euclidean", "--repeats", "1", "--epochs", (parsed.GetValue(_epochs) ?? 200).ToString(CultureInfo.InvariantCulture), .. parsed.GetValue(_trustworthiness) ? ["--trustworthiness"] : Array.Empty<string>(),
        ];
        return ChildProcess.RunPeerAsync(python, "umap", parsed.GetRequiredValue(_file), parsed.GetValue(_dims), options, seconds, cancellationToken);
    }

    /// <summary>Times work that lays the points out, writes the layout where that is asked for, and measures it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="algorithm">What is measured.</param>
    /// <param name="work">Takes points and dimensions.</param>
    /// <param name="layout">The layout in what the work returns.</param>
    public (T Result, UmapMeasurement Measured) Measure<T>(ParseResult parsed, string algorithm, Func<ReadOnlyMemory<float>, int, T> work, Func<T, float[]> layout)
    {
        float[] points = PointsFile.Read(parsed.GetRequiredValue(_file));
        int d = parsed.GetValue(_dims), components = parsed.GetValue(_components);
        WarmUp.Run(points, d, first => work(first, d));
        (T result, Stopclock took) = Stopclock.Time(() => work(points, d));
        PointsFile.Write<float>(parsed.GetValue(_embedding), layout(result));
        double? trust = parsed.GetValue(_trustworthiness)
            ? Trustworthiness.Compute(points, d, layout(result), components, 15, parsed.GetValue(_metric))
            : null;
        return (result, new UmapMeasurement(algorithm, points.Length / d, d, components, parsed.GetValue(_threads), took.Seconds, took.CpuSeconds, took.PeakBytes, trust));
    }
}
