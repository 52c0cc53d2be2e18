namespace Pipeline.Clustering;

/// <summary>
/// Some of the distances between n points, row by row. Row i lists neighbours of point i from <c>Offsets[i]</c> up to <c>Offsets[i + 1]</c>, in any order.
/// A pair may be listed in one direction or in both; of several distances of a pair the smallest counts.
/// </summary>
/// <param name="Offsets">n + 1 numbers, from 0, not falling, to the number of distances.</param>
/// <param name="Indices">Per distance, the neighbour, 0 to n - 1; not the point itself.</param>
/// <param name="Distances">Per distance, its value: finite, 0 or more.</param>
public sealed record NeighborGraph(int[] Offsets, int[] Indices, double[] Distances)
{
    /// <summary>The number of points.</summary>
    public int PointCount => Math.Max(0, Offsets.Length - 1);

    /// <summary>Puts neighbour lists of equal length into a graph, as a neighbour search gives them.</summary>
    /// <param name="neighbors">k, the neighbours of a point; 1 or more.</param>
    /// <param name="indices">n x k neighbours, row-major.</param>
    /// <param name="distances">n x k distances, row-major.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static NeighborGraph FromLists(int neighbors, int[] indices, double[] distances)
    {
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentNullException.ThrowIfNull(distances);
        Require(neighbors >= 1, nameof(neighbors), $"{nameof(neighbors)} is {neighbors}; it must be 1 or more.");
        Require(
            indices.Length % neighbors == 0, nameof(neighbors),
            $"{nameof(neighbors)} is {neighbors}, which does not divide the {indices.Length} numbers of {nameof(indices)}; it must divide them.");
        int[] offsets = new int[indices.Length / neighbors + 1];
        for (int row = 1; row < offsets.Length; row++)
        {
            offsets[row] = row * neighbors;
        }

        NeighborGraph graph = new(offsets, indices, distances);
        graph.Validate();
        return graph;
    }

    /// <summary>Throws where the arrays do not make a graph. O(m).</summary>
    /// <exception cref="ArgumentException">An array has a wrong length or holds a number out of its range; the message names it, its place and its range.</exception>
    public void Validate()
    {
        int n = PointCount, m = Indices.Length;
        Require(Offsets.Length >= 1, nameof(Offsets), $"{nameof(Offsets)} is empty; it must hold one number more than there are points.");
        Require(Distances.Length == m, nameof(Distances), $"{nameof(Distances)} holds {Distances.Length} numbers; it must hold as many as {nameof(Indices)}, {m}.");
        Require(Offsets[0] == 0, nameof(Offsets), $"{nameof(Offsets)} begins with {Offsets[0]}; it must begin with 0.");
        Require(m <= Array.MaxLength / 2, nameof(Indices), $"{nameof(Indices)} holds {m} numbers; it must hold {Array.MaxLength / 2} or fewer.");
        for (int row = 0; row < n; row++)
        {
            Require(
                Offsets[row + 1] >= Offsets[row] && Offsets[row + 1] <= m, nameof(Offsets),
                $"{nameof(Offsets)} holds {Offsets[row + 1]} at {row + 1}; it must be {Offsets[row]} to {m}.");
            for (int at = Offsets[row]; at < Offsets[row + 1]; at++)
            {
                ValidateEdge(row, at, n);
            }
        }

        Require(Offsets[n] == m, nameof(Offsets), $"{nameof(Offsets)} ends with {Offsets[n]}; it must end with the number of distances, {m}.");
    }

    private void ValidateEdge(int row, int at, int n)
    {
        int index = Indices[at];
        double distance = Distances[at];
        if (index == row)
        {
            Fail(nameof(Indices), $"{nameof(Indices)} holds {index} at {at}, in row {row}; a point must not be its own neighbour.");
        }

        if (index < 0 || index >= n)
        {
            Fail(nameof(Indices), $"{nameof(Indices)} holds {index} at {at}, in row {row}; it must be 0 to {n - 1}.");
        }

        if (!(distance >= 0 && double.IsFinite(distance)))
        {
            Fail(nameof(Distances), $"{nameof(Distances)} holds {distance} at {at}, in row {row}; it must be finite and 0 or more.");
        }
    }

    private static void Require(bool holds, string name, FormattableString message)
    {
        if (!holds)
        {
            Fail(name, message);
        }
    }

    private static void Fail(string name, FormattableString message) => throw new ArgumentException(FormattableString.Invariant(message), name);
}
