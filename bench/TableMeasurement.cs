using System.Globalization;

namespace Pipeline.Bench;

/// <summary>A measured row of the table.</summary>
/// <param name="Name">The data set.</param>
/// <param name="Seconds">Wall-clock seconds.</param>
/// <param name="CpuSeconds">Processor seconds.</param>
/// <param name="PeakBytes">The largest resident set, with the runtime and the input.</param>
/// <param name="MemoryBound">Twice the input, 100 bytes a point and 64 MB; null where the process does more than one fit.</param>
/// <param name="AllPairsSeconds">What the multiply-adds of the distances of all pairs would take at the machine's limit; null where a method does without.</param>
/// <param name="Peers">Seconds of other libraries, by name.</param>
internal sealed record TableMeasurement(string Name, double Seconds, double CpuSeconds, long PeakBytes, long? MemoryBound, double? AllPairsSeconds, IReadOnlyDictionary<string, double> Peers)
{
    private const double Megabyte = 1 << 20;

    private string Bound => MemoryBound is long bound ? string.Create(CultureInfo.InvariantCulture, $" ({bound / Megabyte:0})") : "";

    /// <summary>Two lines that begin a table of rows of one verb.</summary>
    public static string Header(TableRow row) => $"| {row.Verb} | seconds | processor s | peak MB (bound) | all pairs at the limit, s | ratio | peers, s |\n|---|---|---|---|---|---|---|";

    /// <summary>The row.</summary>
    public string Line => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Name} | {Seconds:0.000} | {CpuSeconds:0.00} | {PeakBytes / Megabyte:0}{Bound} | {AllPairsSeconds:0.000} | {Seconds / AllPairsSeconds:0.0} | {string.Join(", ", Peers.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key} {p.Value:0.000} ({p.Value / Seconds:0.0} times)")))} |");
}
