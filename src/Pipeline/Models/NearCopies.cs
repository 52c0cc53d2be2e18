using System.Numerics.Tensors;

namespace Pipeline.Models;

/// <summary>
/// Finds texts that are almost another one: an alert with another number, a request with another name. Candidates are those on the same side of the same random
/// planes (Charikar 2002), so that not all pairs are compared; only those whose cosine was really computed are left out.
/// </summary>
public static class NearCopies
{
    /// <summary>Embeddings that are at least this alike are of the same text but for details.</summary>
    internal const double SameText = 0.98;

    // Two vectors with a cosine of 0.98 fall on the same side of a plane with probability 0.94: of 10 planes all agree in 52 % of the cases, in one of 5 draws in 97 %.
    private const int Planes = 10;
    private const int Draws = 5;
    private const int FixedSeed = 20_031;

    /// <summary>One of each set of near copies, the first. About O(n x dimensions x (planes + n / 40)) time.</summary>
    /// <param name="vectors">n x <paramref name="dimensions"/>, row-major.</param>
    /// <param name="dimensions">Values per vector.</param>
    /// <returns>The rows that are no near copy of an earlier one that was kept, ascending.</returns>
    public static int[] Representatives(ReadOnlySpan<float> vectors, int dimensions)
    {
        int count = vectors.Length / dimensions;
        float[] planes = RandomPlanes(dimensions);
        float[] norms = new float[count];
        Dictionary<int, List<int>>[] buckets = [.. Enumerable.Range(0, Draws).Select(_ => new Dictionary<int, List<int>>())];
        List<int> kept = [];
        Span<int> sides = stackalloc int[Draws];
        for (int row = 0; row < count; row++)
        {
            ReadOnlySpan<float> vector = vectors.Slice(row * dimensions, dimensions);
            norms[row] = TensorPrimitives.Norm(vector);
            Sides(vector, planes, sides);
            if (!HasCopy(vectors, dimensions, row, norms, buckets, sides))
            {
                kept.Add(row);
                for (int draw = 0; draw < Draws; draw++)
                {
                    if (!buckets[draw].TryGetValue(sides[draw], out List<int>? rows))
                    {
                        buckets[draw][sides[draw]] = rows = [];
                    }

                    rows.Add(row);
                }
            }
        }

        return [.. kept];
    }

    private static bool HasCopy(ReadOnlySpan<float> vectors, int dimensions, int row, float[] norms, Dictionary<int, List<int>>[] buckets, ReadOnlySpan<int> sides)
    {
        ReadOnlySpan<float> vector = vectors.Slice(row * dimensions, dimensions);
        for (int draw = 0; draw < sides.Length; draw++)
        {
            foreach (int other in buckets[draw].GetValueOrDefault(sides[draw], []))
            {
                if (TensorPrimitives.Dot(vector, vectors.Slice(other * dimensions, dimensions)) >= SameText * norms[row] * norms[other])
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static void Sides(ReadOnlySpan<float> vector, ReadOnlySpan<float> planes, Span<int> sides)
    {
        for (int draw = 0; draw < Draws; draw++)
        {
            int bits = 0;
            for (int plane = 0; plane < Planes; plane++)
            {
                ReadOnlySpan<float> normal = planes.Slice(((draw * Planes) + plane) * vector.Length, vector.Length);
                bits = (bits << 1) | (TensorPrimitives.Dot(vector, normal) > 0 ? 1 : 0);
            }

            sides[draw] = bits;
        }
    }

    private static float[] RandomPlanes(int dimensions)
    {
        Random random = new(FixedSeed);
        float[] planes = new float[Draws * Planes * dimensions];
        foreach (ref float value in planes.AsSpan())
        {
            value = (float)((2 * random.NextDouble()) - 1);
        }

        return planes;
    }
}
