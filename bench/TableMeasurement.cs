using System.Globalization;

namespace Pipeline.Bench;

/// <summary>A measured row of the table: medians of several runs.</summary>
/// <param name="Name">The data set.</param>
/// <param name="Seconds">Wall-clock seconds.</param>
/// <param name="CpuSeconds">Processor seconds.</param>
/// <param name="LeastCpuSeconds">Those of the run that took the least.</param>
/// <param name="MostCpuSeconds">Those of the run that took the most.</param>
/// <param name="PeakBytes">The largest resident set, with the runtime and the input.</param>
/// <param name="MemoryBound">Twice the input, 100 bytes a point and 64 MB; null where the process does more than one fit.</param>
/// <param name="AllPairsSeconds">Processor seconds that the multiply-adds of the distances of all pairs would take at the machine's limit; null where a method does without.</param>
/// <param name="Found">What was found: clusters and noise, or subclusters.</param>
/// <param name="Repeats">How often it was measured.</param>
/// <param name="Peers">Other libraries on the same data, as often.</param>
internal sealed record TableMeasurement(
    string Name, double Seconds, double CpuSeconds, double LeastCpuSeconds, double MostCpuSeconds, long PeakBytes, long? MemoryBound, double? AllPairsSeconds, string Found,
    int Repeats, IReadOnlyList<PeerMeasurement> Peers)
{
    private const double Megabyte = 1 << 20;

    private string Bound => MemoryBound is long bound ? string.Create(CultureInfo.InvariantCulture, $" ({bound / Megabyte:0})") : "";

    /// <summary>Two lines that begin a table of rows of one verb.</summary>
    public static string Header(TableRow row) =>
        $"| {row.Verb} | seconds | processor s (least, most) | peak MB (bound) | all pairs at the limit, processor s | ratio | found | peers (setting, precision): processor s (least, most), times ours; s; peak MB; found |\n|---|---|---|---|---|---|---|---|";

    /// <summary>The row.</summary>
    public string Line => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Name} | {Seconds:0.000} | {CpuSeconds:0.00} ({LeastCpuSeconds:0.00}, {MostCpuSeconds:0.00}) | {PeakBytes / Megabyte:0}{Bound} | {AllPairsSeconds:0.000} | {CpuSeconds / AllPairsSeconds:0.0} | {Found} | {string.Join("<br>", Peers.Select(peer => peer.Cell(CpuSeconds, Repeats)))} |");
}
