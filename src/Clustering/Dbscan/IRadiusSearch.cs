namespace Pipeline.Clustering;

/// <summary>Finds all points within a radius around each point, exactly.</summary>
internal interface IRadiusSearch
{
    /// <summary>Visits every point once, from any thread.</summary>
    /// <param name="squaredRadii">Per point, the square of its radius (see <see cref="PointSet.ToSquared"/>).</param>
    /// <param name="found">Given a point and the others at no more than its radius, with squared distances that are the same bits from either end; in any order, valid during the call.</param>
    /// <param name="threads">The number of threads.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the search.</param>
    void Run(double[] squaredRadii, Action<int, List<(int Point, double Squared)>> found, int threads, IProgress<double>? progress, CancellationToken ct);
}
