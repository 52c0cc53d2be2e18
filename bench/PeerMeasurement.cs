using System.Globalization;
using System.Text.Json.Nodes;

namespace Pipeline.Bench;

/// <summary>What another library took, or why it took nothing.</summary>
/// <param name="Name">The library.</param>
/// <param name="Failure">Why there is no measurement; null where there is one.</param>
internal sealed record PeerMeasurement(string Name, string? Failure)
{
    /// <summary>The weight of an exact tree, summed up in another order or in another precision, differs by less than this share.</summary>
    private const double SameWeight = 1e-6;

    /// <summary>The best of its exact settings, or the only one.</summary>
    public string Setting { get; init; } = "";

    /// <summary>The settings that were not measured to their end, each with the reason.</summary>
    public IReadOnlyList<string> Omitted { get; init; } = [];

    /// <summary>The precision of its points.</summary>
    public string Precision { get; init; } = "";

    /// <summary>How often it ran: as often as ours, or once if there was no time for more.</summary>
    public int Repeats { get; init; }

    /// <summary>Wall-clock seconds, the median.</summary>
    public double Seconds { get; init; }

    /// <summary>Processor seconds of it and its child processes, the median.</summary>
    public double CpuSeconds { get; init; }

    /// <summary>Those of the run that took the least.</summary>
    public double LeastCpuSeconds { get; init; }

    /// <summary>Those of the run that took the most.</summary>
    public double MostCpuSeconds { get; init; }

    /// <summary>The largest resident sets of it and its child processes, added up.</summary>
    public long PeakBytes { get; init; }

    /// <summary>By what share its spanning tree is heavier than ours, which is exact; null where there is none.</summary>
    public double? Excess { get; init; }

    /// <summary>What is approximate in its method; null where nothing is, or the tree's weight says it.</summary>
    public string? Approximate { get; init; }

    /// <summary>What was found: clusters and noise, or subclusters.</summary>
    public string Found { get; init; } = "";

    private string Exactness =>
        Excess is double excess
            ? Math.Abs(excess) < SameWeight ? ", exact" : string.Create(CultureInfo.InvariantCulture, $", **approximate**: tree {excess:+0.###%;-0.###%}")
        : Approximate is null ? "" : $", **approximate**: {Approximate}";

    /// <summary>Reads what peers.py printed.</summary>
    /// <param name="name">The library.</param>
    /// <param name="answer">The object.</param>
    /// <param name="weight">The weight of our tree.</param>
    /// <param name="found">What was found.</param>
    public static PeerMeasurement From(string name, JsonObject answer, double? weight, string found) => new(name, Failure: null)
    {
        Setting = answer["setting"]!.GetValue<string>(),
        Omitted = [.. answer["failed"]!.AsObject().Select(failed => $"{failed.Key}: {failed.Value}")],
        Precision = answer["precision"]!.GetValue<string>(),
        Repeats = answer["repeats"]!.GetValue<int>(),
        Seconds = answer["seconds"]!.GetValue<double>(),
        CpuSeconds = answer["cpuSeconds"]!.GetValue<double>(),
        LeastCpuSeconds = answer["leastCpuSeconds"]!.GetValue<double>(),
        MostCpuSeconds = answer["mostCpuSeconds"]!.GetValue<double>(),
        PeakBytes = answer["peakBytes"]!.GetValue<long>(),
        Excess = (answer["mstWeight"]?.GetValue<double>() / weight) - 1,
        Approximate = answer["approximate"]?.GetValue<string>(),
        Found = found,
    };

    /// <summary>What the table's cell says.</summary>
    /// <param name="own">Our processor seconds.</param>
    /// <param name="repeats">How often ours ran.</param>
    public string Cell(double own, int repeats) => OneLine(Failure is not null
        ? $"{Name}: {Failure}"
        : string.Create(CultureInfo.InvariantCulture, $"{Name} ({Setting}, {Precision}{Exactness}): {CpuSeconds:0.00} ({LeastCpuSeconds:0.00}, {MostCpuSeconds:0.00}), {CpuSeconds / own:0.0} times; {Seconds:0.00} s; {PeakBytes / (double)(1 << 20):0} MB; {Found}")
            + (Repeats == repeats ? "" : FormattableString.Invariant($"; {Repeats} run alone, for lack of time"))
            + (Omitted.Count == 0 ? "" : $"; not measured: {string.Join(", ", Omitted)}"));

    private static string OneLine(string text) => text.Replace('|', '/').ReplaceLineEndings(" ");
}
