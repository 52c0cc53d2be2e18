using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Clustering;

/// <summary>
/// UMAP's gradients on sixteen points of a layout at once. A layout has a row per point, padded with zeros to whole quads of coordinates; the
/// points that forces are summed up for lie in lanes: per coordinate, the values of all sixteen.
/// </summary>
/// <remarks>All operations are lane by lane, so what is summed up for one point does not depend on the others.</remarks>
/// <param name="curve">The coefficients of the gradients.</param>
/// <param name="components">Dimensions of the layout.</param>
internal sealed unsafe class LayoutGradient(ForceCurve curve, int components)
{
    /// <summary>How many points lie in lanes.</summary>
    public const int Lanes = 16;

    private const int Quad = 4;

    /// <summary>No coordinate of a gradient is larger.</summary>
    private const float Clip = 4;

    private readonly ForceCurve _curve = curve;

    /// <summary>Values per padded row.</summary>
    public int Stride { get; } = (components + Quad - 1) / Quad * Quad;

    /// <summary>Values of sixteen points in lanes.</summary>
    public int LaneValues => Stride * Lanes;

    /// <summary>Puts sixteen rows in lanes.</summary>
    /// <param name="layout">The rows.</param>
    /// <param name="rows">Which sixteen.</param>
    /// <param name="lanes">Receives the lanes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Load(float* layout, int* rows, float* lanes)
    {
        for (int c = 0; c < Stride; c += Quad)
        {
            Gather(layout + c, rows, Stride, out Vector512<float> a, out Vector512<float> b, out Vector512<float> x, out Vector512<float> y);
            a.Store(lanes + (c * Lanes));
            b.Store(lanes + ((c + 1) * Lanes));
            x.Store(lanes + ((c + 2) * Lanes));
            y.Store(lanes + ((c + 3) * Lanes));
        }
    }

    /// <summary>Writes points in lanes as sixteen rows that follow each other.</summary>
    public void Store(float* lanes, float* rows)
    {
        for (int c = 0; c < components; c++)
        {
            for (int lane = 0; lane < Lanes; lane++)
                rows[(lane * Stride) + c] = lanes[(c * Lanes) + lane];
        }
    }

    /// <summary>Adds the pulls of others on the points in lanes.</summary>
    /// <param name="lanes">The points.</param>
    /// <param name="layout">The rows of all points.</param>
    /// <param name="others">count x 16: the row that pulls at each lane.</param>
    /// <param name="weights">count x 16: how strongly.</param>
    /// <param name="count">Pulls per lane.</param>
    /// <param name="force">The forces in lanes so far; receives the new ones.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Pull(float* lanes, float* layout, int* others, float* weights, int count, float* force)
    {
        Debug.Assert(lanes is not null && layout is not null && force is not null && count >= 0, "There are points, a layout and forces.");
        float* difference = stackalloc float[LaneValues];
        for (int k = 0; k < count; k++, others += Lanes, weights += Lanes)
        {
            Vector512<float> squared = Differences(lanes, layout, others, difference);
            Add(difference, _curve.Attraction(squared), Vector512.Load(weights), force);
        }
    }

    /// <summary>Adds the pushes of others on the points in lanes, a row for each lane. Points at the same place do not push each other.</summary>
    /// <param name="lanes">The points.</param>
    /// <param name="layout">The rows of all points.</param>
    /// <param name="others">count x 16: the row that pushes at each lane.</param>
    /// <param name="count">Pushes per lane.</param>
    /// <param name="force">The forces in lanes so far; receives the new ones.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Push(float* lanes, float* layout, int* others, int count, float* force)
    {
        float* difference = stackalloc float[LaneValues];
        for (int k = 0; k < count; k++, others += Lanes)
        {
            Vector512<float> squared = Differences(lanes, layout, others, difference);
            Add(difference, _curve.Repulsion(squared), Vector512<float>.One, force);
        }
    }

    /// <summary>Adds the pushes of others on all the points in lanes. Points at the same place do not push each other.</summary>
    /// <param name="lanes">The points.</param>
    /// <param name="layout">The rows of all points.</param>
    /// <param name="others">The rows that push.</param>
    /// <param name="force">The forces in lanes so far; receives the new ones.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void PushAll(float* lanes, float* layout, ReadOnlySpan<int> others, float* force)
    {
        float* difference = stackalloc float[LaneValues];
        foreach (int row in others)
        {
            float* other = layout + ((nint)row * Stride);
            Vector512<float> squared = Vector512<float>.Zero;
            for (int c = 0; c < components; c++)
            {
                Vector512<float> d = Vector512.Load(lanes + (c * Lanes)) - Vector512.Create(other[c]);
                d.Store(difference + (c * Lanes));
                squared = Vector512.FusedMultiplyAdd(d, d, squared);
            }

            Add(difference, _curve.Repulsion(squared), Vector512<float>.One, force);
        }
    }

    /// <summary>The differences between the points in lanes and a row for each, and their squared lengths.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<float> Differences(float* lanes, float* layout, int* rows, float* difference)
    {
        Vector512<float> squared = Vector512<float>.Zero;
        for (int c = 0; c < components; c += Quad, lanes += Quad * Lanes, difference += Quad * Lanes)
        {
            Gather(layout + c, rows, Stride, out Vector512<float> a, out Vector512<float> b, out Vector512<float> x, out Vector512<float> y);
            squared = Subtract(lanes, a, difference, squared);
            if (components - c == 1)
                break;
            squared = Subtract(lanes + Lanes, b, difference + Lanes, squared);
            squared = Subtract(lanes + (2 * Lanes), x, difference + (2 * Lanes), squared);
            squared = Subtract(lanes + (3 * Lanes), y, difference + (3 * Lanes), squared);
        }

        return squared;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Subtract(float* lanes, Vector512<float> others, float* difference, Vector512<float> squared)
    {
        Vector512<float> d = Vector512.Load(lanes) - others;
        d.Store(difference);
        return Vector512.FusedMultiplyAdd(d, d, squared);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(float* difference, Vector512<float> coefficient, Vector512<float> weight, float* force)
    {
        Vector512<float> clip = Vector512.Create(Clip);
        for (int at = 0; at < components * Lanes; at += Lanes)
        {
            Vector512<float> gradient = Vector512.MinNative(Vector512.MaxNative(Vector512.Load(difference + at) * coefficient, -clip), clip);
            Vector512.FusedMultiplyAdd(gradient, weight, Vector512.Load(force + at)).Store(force + at);
        }
    }

    /// <summary>One quad of coordinates of sixteen rows, by coordinate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gather(float* layout, int* rows, nint stride, out Vector512<float> a, out Vector512<float> b, out Vector512<float> c, out Vector512<float> d)
    {
        if (!Avx512F.IsSupported)
        {
            GatherPortable(layout, rows, stride, out a, out b, out c, out d);
            return;
        }

        Vector512<float> p = Rows(layout, rows, stride), q = Rows(layout, rows + 1, stride), r = Rows(layout, rows + 2, stride), s = Rows(layout, rows + 3, stride);
        Vector512<double> low = Avx512F.UnpackLow(p, q).AsDouble(), lowNext = Avx512F.UnpackLow(r, s).AsDouble();
        Vector512<double> high = Avx512F.UnpackHigh(p, q).AsDouble(), highNext = Avx512F.UnpackHigh(r, s).AsDouble();
        a = Avx512F.UnpackLow(low, lowNext).AsSingle();
        b = Avx512F.UnpackHigh(low, lowNext).AsSingle();
        c = Avx512F.UnpackLow(high, highNext).AsSingle();
        d = Avx512F.UnpackHigh(high, highNext).AsSingle();
    }

    /// <summary>A quad of every fourth row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Rows(float* layout, int* rows, nint stride) => Vector512.Create(
        Vector256.Create(Vector128.Load(layout + (rows[0] * stride)), Vector128.Load(layout + (rows[4] * stride))),
        Vector256.Create(Vector128.Load(layout + (rows[8] * stride)), Vector128.Load(layout + (rows[12] * stride))));

    private static void GatherPortable(float* layout, int* rows, nint stride, out Vector512<float> a, out Vector512<float> b, out Vector512<float> c, out Vector512<float> d)
    {
        float* quads = stackalloc float[Quad * Lanes];
        for (int lane = 0; lane < Lanes; lane++)
        {
            float* row = layout + (rows[lane] * stride);
            for (int i = 0; i < Quad; i++)
                quads[(i * Lanes) + lane] = row[i];
        }

        a = Vector512.Load(quads);
        b = Vector512.Load(quads + Lanes);
        c = Vector512.Load(quads + (2 * Lanes));
        d = Vector512.Load(quads + (3 * Lanes));
    }
}
