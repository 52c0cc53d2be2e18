using System.Globalization;

namespace Pipeline.Bench;

/// <summary>One row of the table.</summary>
/// <param name="Verb">The command of this program that measures it.</param>
/// <param name="Kind">The recipe of its data: <c>blobs</c> or <c>emb</c>.</param>
/// <param name="N">Points.</param>
/// <param name="D">Dimensions.</param>
/// <param name="Options">What else the command is told.</param>
/// <param name="NewPoints">How many of the points are kept out of the fit and predicted.</param>
internal sealed record TableRow(string Verb, string Kind, int N, int D, string[] Options, int NewPoints = 0)
{
    /// <summary>Passes of a layout: on both sides the same.</summary>
    private const string LayoutPasses = "200";

    /// <summary>Passes of an embedding of the graph: the default of both sides.</summary>
    private const string EmbeddingPasses = "50";

    /// <summary>The measured rows, those of one verb together.</summary>
    public static IReadOnlyList<TableRow> All { get; } =
    [
        .. from n in new[] { 10_000, 50_000, 200_000 } from d in new[] { 2, 5, 10 } select Fit("blobs", n, d),
        Fit("blobs", 1_000_000, 2),
        Fit("blobs", 10_000, 50),
        Fit("blobs", 50_000, 50),
        Fit("emb", 2_000, 1536),
        Fit("emb", 10_000, 384),
        Fit("emb", 10_000, 1536),
        Fit("emb", 20_000, 384),
        Fit("emb", 20_000, 1536),
        Fit("emb", 50_000, 384),
        Fit("emb", 20_000, 384) with { Options = ["--approximate"] },
        Fit("emb", 200_000, 384) with { Options = ["--approximate"] },
        new("umap", "emb", 10_000, 384, ["--epochs", LayoutPasses]),
        new("umap", "emb", 20_000, 384, ["--epochs", LayoutPasses]),
        new("umap-hdbscan", "emb", 10_000, 384, ["--epochs", LayoutPasses]),
        new("umap-hdbscan", "emb", 20_000, 384, ["--epochs", LayoutPasses]),
        new("embed-cluster", "emb", 10_000, 384, ["--epochs", EmbeddingPasses]),
        new("embed-cluster", "emb", 20_000, 384, ["--epochs", EmbeddingPasses]),
        new("birch", "blobs", 50_000, 2, []),
        new("birch", "blobs", 50_000, 10, []),
        new("birch", "emb", 10_000, 1536, []),
        Predict("blobs", 300_000, 4, 30_000),
        Predict("emb", 100_000, 384, 1),
    ];

    /// <summary>The rows for a folder: where it holds described data sets (NAME.json beside NAME.f32), those of them alone, and a fit of each that has no row yet.</summary>
    public static IReadOnlyList<TableRow> In(string folder)
    {
        (string Kind, int N, int D)[] described =
        [
            .. from file in Directory.Exists(folder) ? new DirectoryInfo(folder).GetFiles("*.json") : []
               where File.Exists(Path.ChangeExtension(file.FullName, ".f32"))
               let parts = Path.GetFileNameWithoutExtension(file.Name).Split('_')
               where parts.Length == 3 && parts[1].StartsWith('n') && parts[2].StartsWith('d')
               select (parts[0], int.Parse(parts[1].AsSpan(1), CultureInfo.InvariantCulture), int.Parse(parts[2].AsSpan(1), CultureInfo.InvariantCulture)),
        ];
        if (described.Length == 0)
        {
            return All;
        }

        TableRow[] known = [.. All.Where(row => described.Contains((row.Kind, row.N, row.D)))];
        IEnumerable<TableRow> others = described.Where(set => !known.Any(row => IsFit(row) && (row.Kind, row.N, row.D) == set)).Select(set => Fit(set.Kind, set.N, set.D));
        return [.. known.Where(IsFit), .. others, .. known.Where(row => !IsFit(row))];

        static bool IsFit(TableRow row) => string.Equals(row.Verb, "hdbscan", StringComparison.Ordinal);
    }

    /// <summary>The data set's name and size, and what of it is predicted.</summary>
    public string Name => FormattableString.Invariant($"{Kind}_n{N}_d{D}") + (NewPoints > 0 ? FormattableString.Invariant($", {NewPoints} new against {N - NewPoints}, without the fit") : "") + (IsApproximate ? ", approximate" : "");

    /// <summary>Whether neighbours are searched approximately, so that the tree is not one to hold others against.</summary>
    public bool IsApproximate => Options.Contains("--approximate", StringComparer.Ordinal);

    /// <summary>The Python libraries that do the same work (peers.py), and what each is told.</summary>
    public (string Name, string[] Options)[] Peers => Verb switch
    {
        "hdbscan" when IsApproximate => [("fast_hdbscan", [])],
        "hdbscan" => [("hdbscan", []), ("sklearn-hdbscan", []), ("fast_hdbscan", [])],
        "umap" => [("umap", Options)],
        "umap-hdbscan" => [("umap-hdbscan", Options), ("evoc", ["--epochs", EmbeddingPasses])],
        "embed-cluster" => [("evoc", Options)],
        "birch" => [("birch", [])],
        _ => [],
    };

    /// <summary>Whether the verb writes a label for each point.</summary>
    public bool Labels => Verb is "hdbscan" or "umap-hdbscan" or "embed-cluster";

    /// <summary>The memory that a fit may take: twice the input, 100 bytes a point and 64 MB. None for BIRCH, whose tree may hold each point, and predictions, which come after a fit.</summary>
    public long? MemoryBound => Verb is "birch" or "predict" ? null : (2L * N * D * sizeof(float)) + (100L * N) + (64L << 20);

    /// <summary>
    /// Multiply-adds of the distances of all ordered pairs, those of new and fitted points in a prediction: what a method that looks at each pair from
    /// both sides takes at least. None for BIRCH, which does not look at pairs of points.
    /// </summary>
    public double? Pairs => Verb switch
    {
        "birch" => null,
        "predict" => (double)NewPoints * (N - NewPoints) * D,
        _ => (double)N * N * D,
    };

    private static TableRow Predict(string kind, int n, int d, int newPoints) =>
        new("predict", kind, n + newPoints, d, ["--new-count", newPoints.ToString(CultureInfo.InvariantCulture)], newPoints);

    private static TableRow Fit(string kind, int n, int d) => new("hdbscan", kind, n, d, []);
}
