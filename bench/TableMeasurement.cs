using System.Globalization;
using System.Text.Json.Nodes;

namespace Pipeline.Bench;

/// <summary>A measured row of the table: medians of several runs.</summary>
/// <param name="Name">The data set.</param>
/// <param name="Seconds">Wall-clock seconds.</param>
/// <param name="CpuSeconds">Processor seconds.</param>
/// <param name="LeastCpuSeconds">Those of the run that took the least.</param>
/// <param name="MostCpuSeconds">Those of the run that took the most.</param>
/// <param name="PeakBytes">The largest resident set, with the runtime and the input.</param>
/// <param name="MemoryBound">Twice the input, 100 bytes a point and 64 MB; null where the process does more than one fit.</param>
/// <param name="AllPairsSeconds">What the multiply-adds of the distances of all pairs would take at the machine's limit; null where a method does without.</param>
/// <param name="Peers">Other libraries on the same data, as often.</param>
internal sealed record TableMeasurement(
    string Name, double Seconds, double CpuSeconds, double LeastCpuSeconds, double MostCpuSeconds, long PeakBytes, long? MemoryBound, double? AllPairsSeconds, IReadOnlyList<PeerMeasurement> Peers)
{
    private const double Megabyte = 1 << 20;

    private string Bound => MemoryBound is long bound ? string.Create(CultureInfo.InvariantCulture, $" ({bound / Megabyte:0})") : "";

    /// <summary>Two lines that begin a table of rows of one verb.</summary>
    public static string Header(TableRow row) =>
        $"| {row.Verb} | seconds | processor s (least, most) | peak MB (bound) | all pairs at the limit, s | ratio | peers: processor s (times ours), s, peak MB |\n|---|---|---|---|---|---|---|";

    /// <summary>The row.</summary>
    public string Line => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Name} | {Seconds:0.000} | {CpuSeconds:0.00} ({LeastCpuSeconds:0.00}, {MostCpuSeconds:0.00}) | {PeakBytes / Megabyte:0}{Bound} | {AllPairsSeconds:0.000} | {Seconds / AllPairsSeconds:0.0} | {string.Join("; ", Peers.Select(peer => peer.Cell(CpuSeconds)))} |");
}

/// <summary>What another library took, or why it took nothing.</summary>
/// <param name="Name">The library.</param>
/// <param name="Failure">Why there is no measurement; null where there is one.</param>
internal sealed record PeerMeasurement(string Name, string? Failure)
{
    /// <summary>The weight of an exact tree, summed up in another order or in another precision, differs by less than this share.</summary>
    private const double SameWeight = 1e-6;

    /// <summary>The best of its exact settings, or the only one.</summary>
    public string Setting { get; init; } = "";

    /// <summary>The precision of its arithmetic.</summary>
    public string Precision { get; init; } = "";

    /// <summary>Wall-clock seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>Processor seconds of it and its child processes.</summary>
    public double CpuSeconds { get; init; }

    /// <summary>The largest resident sets of it and its child processes, added up.</summary>
    public long PeakBytes { get; init; }

    /// <summary>By what share its spanning tree is heavier than ours, which is exact; null where there is none.</summary>
    public double? Excess { get; init; }

    private string Exactness => Excess is not double excess ? ""
        : Math.Abs(excess) < SameWeight ? ", exact"
        : string.Create(CultureInfo.InvariantCulture, $", approximate: tree {excess:+0.###%;-0.###%}");

    /// <summary>Reads what peers.py printed.</summary>
    /// <param name="name">The library.</param>
    /// <param name="answer">The object.</param>
    /// <param name="weight">The weight of our tree.</param>
    public static PeerMeasurement From(string name, JsonObject answer, double? weight) => new(name, Failure: null)
    {
        Setting = answer["setting"]!.GetValue<string>(),
        Precision = answer["precision"]!.GetValue<string>(),
        Seconds = answer["seconds"]!.GetValue<double>(),
        CpuSeconds = answer["cpuSeconds"]!.GetValue<double>(),
        PeakBytes = answer["peakBytes"]!.GetValue<long>(),
        Excess = (answer["mstWeight"]?.GetValue<double>() / weight) - 1,
    };

    /// <summary>What the table's cell says.</summary>
    /// <param name="own">Our processor seconds.</param>
    public string Cell(double own) => Failure is not null
        ? $"{Name}: {Failure.Replace('|', '/').ReplaceLineEndings(" ")}"
        : string.Create(CultureInfo.InvariantCulture, $"{Name} ({Setting}, {Precision}{Exactness}) {CpuSeconds:0.00} ({CpuSeconds / own:0.0}), {Seconds:0.00}, {PeakBytes / (double)(1 << 20):0}");
}
