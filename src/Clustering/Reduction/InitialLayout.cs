using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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
    private const int Lanes = 8;
    private const int PointsPerTask = 512;
    private const double Extent = 10;
    private const double Noise = 1e-4;

    /// <summary>Start positions, n x <paramref name="components"/>, every dimension scaled to 0..10. O(passes x edges x components).</summary>
    public static float[] Create(UmapGraph graph, int components, int seed, IProgress<double>? progress, ParallelOptions options)
    {
        int n = graph.Count;
        double[] degrees = Degrees(graph);
        double[][] basis = Anchors(graph, components, seed);
        int stride = (components + Lanes - 1) / Lanes * Lanes;
        double[] rows = new double[n * stride], next = new double[n * stride];
        for (int pass = 0; pass < Passes; pass++)
        {
            if (pass % PassesPerBasis == 0)
            {
                progress.Pass((double)pass / Passes, options.CancellationToken);
                Orthonormalize(basis, degrees, seed);
                Interleave(basis, rows, stride);
            }

            Walk(graph, degrees, rows, next, stride, options);
            (rows, next) = (next, rows);
            if ((pass + 1) % PassesPerBasis == 0)
                Separate(rows, basis, stride);
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

    private static void Interleave(double[][] basis, double[] rows, int stride)
    {
        for (int c = 0; c < basis.Length; c++)
        {
            for (int i = 0; i < basis[c].Length; i++)
                rows[(i * stride) + c] = basis[c][i];
        }
    }

    private static void Separate(double[] rows, double[][] basis, int stride)
    {
        for (int c = 0; c < basis.Length; c++)
        {
            for (int i = 0; i < basis[c].Length; i++)
                basis[c][i] = rows[(i * stride) + c];
        }
    }

    /// <summary>One step of the random walk: every point takes the weighted mean of its neighbours; a point without neighbours keeps its value.</summary>
    private static void Walk(UmapGraph graph, double[] degrees, double[] from, double[] to, int stride, ParallelOptions options) =>
        ParallelBlocks.RunRows(graph.Count, PointsPerTask, options, (first, end) =>
        {
            for (int i = first; i < end; i++)
            {
                if (degrees[i] > 0)
                    Average(graph, i, degrees[i], from, to, stride);
                else
                    from.AsSpan(i * stride, stride).CopyTo(to.AsSpan(i * stride));
            }
        });

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Average(UmapGraph graph, int point, double degree, double[] from, double[] to, int stride)
    {
        Debug.Assert(stride % Lanes == 0 && from.Length >= graph.Count * stride, "Every point has a row of whole lanes.");
        ref double source = ref MemoryMarshal.GetArrayDataReference(from);
        for (int c = 0; c < stride; c += Lanes)
        {
            Vector512<double> sum = Vector512<double>.Zero;
            for (int e = graph.RowOffsets[point]; e < graph.RowOffsets[point + 1]; e++)
                sum = Vector512.FusedMultiplyAdd(Vector512.Create((double)graph.Weights[e]), Vector512.LoadUnsafe(ref source, (nuint)((graph.Columns[e] * stride) + c)), sum);
            (sum / degree).CopyTo(to, (point * stride) + c);
        }
    }

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
