using Pipeline.Clustering;

namespace Pipeline.Models;

/// <content>What is measured by the texts of the training.</content>
public sealed partial class MemberGeometry
{
    private const int SilhouetteMembers = 2_000;
    private const int SilhouetteSample = 200;

    /// <summary>The mean silhouette of 200 of the clustered texts among at most 2,000, by the cosine of their reduced vectors: -1 to 1; NaN with fewer than two clusters.</summary>
    public double Silhouette()
    {
        int step = 1 + ((_clusters.Length - 1) / SilhouetteMembers);
        int[] rows = [.. Enumerable.Range(0, _clusters.Length).Where(row => row % step == 0)];
        float[] vectors = new float[rows.Length * _reduction.Dimensions];
        foreach ((int place, int row) in rows.Index())
        {
            Row(_vectors, row, _reduction.Dimensions).CopyTo(vectors.AsSpan(place * _reduction.Dimensions));
        }

        return Clustering.Silhouette.Compute(vectors, _reduction.Dimensions, Array.ConvertAll(rows, row => _clusters[row]), DistanceMetric.Cosine, SilhouetteSample, maxDegreeOfParallelism: _maxDegreeOfParallelism);
    }
}
