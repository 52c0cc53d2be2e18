using System.Globalization;

namespace Pipeline.Bench;

/// <summary>A set of a forecasting competition: what is known of each series, and what came.</summary>
internal sealed record SeriesSet(string Name, int Season, int Horizon, IReadOnlyList<PublicSeries> Series)
{
    // Season for the measures and for Naive2, season for the ensemble, and Naive2's published sMAPE and MASE (Makridakis, Spiliotis and Assimakopoulos, Int. J. Forecasting 36, 2020).
    private static readonly (string Name, int Season, int Ensemble, double Smape, double Mase)[] Known =
    [
        ("yearly", 1, 1, 16.342, 3.974),
        ("quarterly", 4, 4, 11.012, 1.371),
        ("monthly", 12, 12, 14.427, 1.063),
        ("weekly", 1, 52, 9.161, 2.777),
        ("daily", 1, 7, 3.045, 3.278),
        ("hourly", 24, 24, 18.383, 2.395),
        ("other", 1, 1, double.NaN, double.NaN),
    ];

    /// <summary>The names of the sets.</summary>
    public static string[] Names => [.. Known.Select(k => k.Name)];

    /// <summary>The season that the ensemble looks for.</summary>
    public int EnsembleSeason => Known.First(k => string.Equals(k.Name, Name, StringComparison.Ordinal)).Ensemble;

    /// <summary>What the M4 competition published of its Naive2 on this set.</summary>
    public (double Smape, double Mase) Published => Known.Where(k => string.Equals(k.Name, Name, StringComparison.Ordinal)).Select(k => (k.Smape, k.Mase)).First();

    /// <summary>Reads a set in the layout of the M4 competition's repository, <c>Train/Weekly-train.csv</c> and <c>Test/Weekly-test.csv</c> with a series a row; or of the file <c>M3.rda</c> of R's package Mcomp.</summary>
    /// <param name="path">The folder that holds <c>Train</c> and <c>Test</c>, or the file.</param>
    /// <param name="name">The set.</param>
    public static SeriesSet Read(string path, string name)
    {
        PublicSeries[] series = [.. path.EndsWith(".rda", StringComparison.OrdinalIgnoreCase) ? OfR(path, name) : OfFolder(path, name)];
        return new SeriesSet(name, Known.First(k => string.Equals(k.Name, name, StringComparison.Ordinal)).Season, series.Max(s => s.Came.Length), series);
    }

    private static IEnumerable<PublicSeries> OfR(string file, string name) => RDataFile.Read(file).Members
        .Where(m => string.Equals(m.Value["period"].Items![0]!.Text, name, StringComparison.OrdinalIgnoreCase))
        .Select(m => new PublicSeries(m.Name, m.Value["x"].Numbers!, m.Value["xx"].Numbers!));

    private static IEnumerable<PublicSeries> OfFolder(string folder, string name)
    {
        string title = char.ToUpperInvariant(name[0]) + name[1..];
        Dictionary<string, double[]> came = Rows(Path.Combine(folder, "Test", $"{title}-test.csv")).ToDictionary(r => r.Id, r => r.Values, StringComparer.Ordinal);
        return Rows(Path.Combine(folder, "Train", $"{title}-train.csv")).Where(r => came.ContainsKey(r.Id)).Select(r => new PublicSeries(r.Id, r.Values, came[r.Id]));
    }

    private static IEnumerable<(string Id, double[] Values)> Rows(string file) => File.ReadLines(file).Skip(1)
        .Select(line => line.Split(','))
        .Select(cells => (cells[0].Trim('"'), cells.Skip(1).Select(c => c.Trim('"')).TakeWhile(c => c.Length > 0).Select(c => double.Parse(c, CultureInfo.InvariantCulture)).ToArray()));
}

/// <summary>A series.</summary>
/// <param name="Id">Its name in the competition.</param>
/// <param name="Known">The values to learn from, the oldest first.</param>
/// <param name="Came">The values to forecast.</param>
internal sealed record PublicSeries(string Id, double[] Known, double[] Came);
