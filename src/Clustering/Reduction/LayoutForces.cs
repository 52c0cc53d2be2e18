using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>UMAP's gradients between two points of a layout whose rows are padded with zeros to whole vectors.</summary>
/// <param name="table">The coefficients of the gradients.</param>
/// <param name="components">Dimensions of the layout.</param>
internal sealed class LayoutForces(ForceTable table, int components)
{
    private const int Lanes = 8;

    /// <summary>No coordinate of a gradient is larger.</summary>
    private const float Clip = 4;

    /// <summary>Values per padded row.</summary>
    public int Stride { get; } = (components + Lanes - 1) / Lanes * Lanes;

    /// <summary>A copy of n x components values with padded rows.</summary>
    public float[] Pad(ReadOnlySpan<float> layout)
    {
        int n = layout.Length / components;
        float[] padded = new float[n * Stride];
        for (int i = 0; i < n; i++)
            layout.Slice(i * components, components).CopyTo(padded.AsSpan(i * Stride));
        return padded;
    }

    /// <summary>A copy of padded rows without the padding.</summary>
    public float[] Unpad(ReadOnlySpan<float> padded)
    {
        int n = padded.Length / Stride;
        float[] layout = new float[n * components];
        for (int i = 0; i < n; i++)
            padded.Slice(i * Stride, components).CopyTo(layout.AsSpan(i * components));
        return layout;
    }

    /// <summary>Adds the pull of <paramref name="other"/> on <paramref name="point"/>, times <paramref name="weight"/>.</summary>
    public void Pull(ref float point, ref float other, float weight, ref float force) =>
        Add(ref point, ref other, table.Attraction(SquaredDistance(ref point, ref other)), weight, ref force);

    /// <summary>Adds the push of <paramref name="other"/> on <paramref name="point"/>. Points at the same place do not push each other.</summary>
    public void Push(ref float point, ref float other, ref float force) =>
        Add(ref point, ref other, table.Repulsion(SquaredDistance(ref point, ref other)), 1, ref force);

    private float SquaredDistance(ref float a, ref float b)
    {
        Vector256<float> sum = Vector256<float>.Zero;
        for (nuint c = 0; c < (nuint)Stride; c += Lanes)
        {
            Vector256<float> difference = Vector256.LoadUnsafe(ref a, c) - Vector256.LoadUnsafe(ref b, c);
            sum += difference * difference;
        }

        return Vector256.Sum(sum);
    }

    private void Add(ref float a, ref float b, float coefficient, float weight, ref float force)
    {
        Vector256<float> clip = Vector256.Create(Clip);
        for (nuint c = 0; c < (nuint)Stride; c += Lanes)
        {
            Vector256<float> difference = Vector256.LoadUnsafe(ref a, c) - Vector256.LoadUnsafe(ref b, c);
            Vector256<float> gradient = Vector256.Min(Vector256.Max(difference * coefficient, -clip), clip);
            (Vector256.LoadUnsafe(ref force, c) + (gradient * weight)).StoreUnsafe(ref force, c);
        }
    }
}
