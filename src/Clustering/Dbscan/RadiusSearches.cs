namespace Pipeline.Clustering;

/// <summary>Chooses how points within a radius are found.</summary>
internal static class RadiusSearches
{
    /// <summary>A tree in few dimensions, all pairs in many.</summary>
    public static IRadiusSearch For(PointSet points, int threads, CancellationToken ct) =>
        points.Dimensions >= RowDistance.LaneThreshold || NeighborSearch.SuitsPanels(points)
            ? new PanelRadiusSearch(points, threads, ct)
            : new TreeRadiusSearch(points, threads, ct);
}
