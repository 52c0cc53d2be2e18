using Pipeline.Datasets;
using Pipeline.Models;
using Pipeline.Preprocessing;

namespace Pipeline.Training;

/// <summary>The incidents of a tech center's window, ready to be clustered with any parameters.</summary>
/// <param name="Rows">The incidents.</param>
/// <param name="Texts">Their different texts.</param>
/// <param name="Embedder">What made their vectors.</param>
/// <param name="Vectors">The vector of each text, texts x dimensions, row-major.</param>
/// <param name="Encoder">What made vectors of records; null where the rows are texts.</param>
/// <param name="Background">What small tech centers share; null where they learn a reduction of their own.</param>
public sealed record WindowIncidents(IReadOnlyList<PreprocessedIncident> Rows, DistinctTexts Texts, string Embedder, float[] Vectors, RecordEncoder? Encoder, SharedBackground? Background)
{
    // With fewer incidents nothing is found.
    private const int Smallest = 10;

    /// <summary>Values per vector.</summary>
    public int Dimensions => Vectors.Length / Texts.Count;

    /// <summary>The vector of an incident.</summary>
    /// <param name="row">The incident's place.</param>
    public ReadOnlySpan<float> VectorOf(int row) => Vectors.AsSpan(Texts.TextOfRow[row] * Dimensions, Dimensions);

    /// <summary>The parameters of a training on as many incidents.</summary>
    public static TrainingParameters Resolve(TrainingOptions options, Dataset dataset, int incidents) =>
        dataset.Kind == DatasetKind.Records ? options.ResolveRecords(incidents) : options.Resolve(incidents);

    /// <summary>The incidents that a training with these parameters needs at least.</summary>
    public static int Needed(TrainingParameters parameters) => Math.Max(Smallest, 2 * parameters.MinClusterSize);

    /// <summary>Clusters them.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="maxDegreeOfParallelism">Threads; null for all cores. The result does not depend on it.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public ClusteredIncidents Cluster(TrainingParameters parameters, int? maxDegreeOfParallelism, CancellationToken cancellationToken) =>
        IncidentClustering.Cluster(Texts, Vectors, [.. Texts.FirstRows.Select(row => Rows[row].ContentHash)], parameters, maxDegreeOfParallelism, Background?.Reduction, cancellationToken);
}
