namespace Pipeline.Clustering;

/// <summary>Where the optimisation of a layout starts.</summary>
/// <remarks>
/// The leading eigenvectors of the graph's random walk, by a subspace iteration (the Laplacian eigenmap that umap-learn starts from) which begins at the
/// points' principal coordinates. Where the graph falls into pieces, each piece thus gathers at its principal coordinates instead of at an arbitrary place.
/// </remarks>
internal static class InitialLayout
{
    private const int Passes = 60;
    private const int PassesPerBasis = 5;
    private const double Extent = 10;
    private const double Noise = 1e-4;

    /// <summary>Start positions, n x <paramref name="components"/>, every dimension scaled to 0..10. O(passes x edges x components).</summary>
    public static float[] Create(UmapGraph graph, int components, int seed, ParallelOptions options)
    {
        int n = graph.Count;
        double[] degrees = Degrees(graph);
        double[][] basis = Anchors(graph, components, seed);
        double[][] next = [.. basis.Select(column => new double[column.Length])];
        for (int pass = 0; pass < Passes; pass++)
        {
            if (pass % PassesPerBasis == 0)
                Orthonormalize(basis, degrees, seed);
            Walk(graph, degrees, basis, next, options);
            (basis, next) = (next, basis);
        }

        Orthonormalize(basis, degrees, seed);
        float[] layout = new float[n * components];
        for (int c = 0; c < components; c++)
            Scale(basis[c], layout, c, components, seed);
        return layout;
    }

    private static double[] Degrees(UmapGraph graph)
    {
        double[] degrees = new double[graph.Count];
        for (int i = 0; i < degrees.Length; i++)
        {
            for (int e = graph.RowOffsets[i]; e < graph.RowOffsets[i + 1]; e++)
                degrees[i] += graph.Weights[e];
        }

        return degrees;
    }

    private static double[][] Anchors(UmapGraph graph, int components, int seed)
    {
        double[][] basis = new double[components][];
        for (int c = 0; c < components; c++)
        {
            double[] column = new double[graph.Count];
            if (c < graph.AnchorDimensions)
            {
                for (int i = 0; i < column.Length; i++)
                    column[i] = graph.Anchors[(i * graph.AnchorDimensions) + c];
            }
            else
            {
                FillRandom(column, seed, c);
            }

            basis[c] = column;
        }

        return basis;
    }

    private static void FillRandom(double[] column, int seed, int stream)
    {
        CounterRandom random = CounterRandom.For(seed, -1, stream);
        for (int i = 0; i < column.Length; i++)
            column[i] = random.Normal();
    }

    /// <summary>One step of the random walk: every point takes the weighted mean of its neighbours; a point without neighbours keeps its value.</summary>
    private static void Walk(UmapGraph graph, double[] degrees, double[][] from, double[][] to, ParallelOptions options) =>
        Parallel.For(0, from.Length, options, c =>
        {
            double[] source = from[c], target = to[c];
            for (int i = 0; i < source.Length; i++)
            {
                double sum = 0;
                for (int e = graph.RowOffsets[i]; e < graph.RowOffsets[i + 1]; e++)
                    sum += graph.Weights[e] * source[graph.Columns[e]];
                target[i] = degrees[i] > 0 ? sum / degrees[i] : source[i];
            }
        });

    /// <summary>Gram-Schmidt under the walk's stationary weights, after removing the constant vector, which tells no points apart.</summary>
    private static void Orthonormalize(double[][] basis, double[] degrees, int seed)
    {
        for (int c = 0; c < basis.Length; c++)
        {
            if (Project(basis, c, degrees))
                continue;
            FillRandom(basis[c], seed, c);
            if (!Project(basis, c, degrees))
                Array.Clear(basis[c]);
        }
    }

    private static bool Project(double[][] basis, int c, double[] degrees)
    {
        double[] column = basis[c];
        double before = Math.Sqrt(Dot(column, column, degrees)), total = degrees.Sum();
        if (!(before > 0))
            return false;
        for (int pass = 0; pass < 2; pass++)
        {
            double mean = 0;
            for (int i = 0; i < column.Length; i++)
                mean += column[i] * degrees[i];
            mean /= total;
            for (int i = 0; i < column.Length; i++)
                column[i] -= mean;
            for (int j = 0; j < c; j++)
            {
                double overlap = Dot(column, basis[j], degrees);
                for (int i = 0; i < column.Length; i++)
                    column[i] -= overlap * basis[j][i];
            }
        }

        double length = Math.Sqrt(Dot(column, column, degrees));
        if (length <= 1e-9 * before)
            return false;
        for (int i = 0; i < column.Length; i++)
            column[i] /= length;
        return true;
    }

    private static double Dot(double[] a, double[] b, double[] weights)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i] * weights[i];
        return sum;
    }

    private static void Scale(double[] column, float[] layout, int c, int components, int seed)
    {
        double low = column.Min(), range = column.Max() - low;
        CounterRandom random = CounterRandom.For(seed, -2, c);
        for (int i = 0; i < column.Length; i++)
        {
            double place = range > 0 ? (column[i] - low) / range : random.Uniform();
            layout[(i * components) + c] = (float)((Extent * place) + (Noise * random.Normal()));
        }
    }
}
