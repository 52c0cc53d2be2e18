using System.Numerics.Tensors;

namespace Pipeline.Search;

/// <summary>Vectors as a search reads them: each coordinate rounded to a whole number of -127 to 127, times a step of each vector's own. 1 byte a coordinate.</summary>
public static class VectorCodes
{
    private const int Largest = 127;

    /// <summary>Rounds a vector to codes. O(d).</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="codes">As many codes as it has coordinates.</param>
    /// <returns>What a code is worth once the vector has length 1; 0 for one of length 0 or without an end, whose codes are left as they are.</returns>
    public static float Encode(ReadOnlySpan<float> vector, Span<sbyte> codes)
    {
        float length = TensorPrimitives.Norm(vector);
        float largest = vector.IsEmpty ? 0 : MathF.Abs(TensorPrimitives.MaxMagnitude(vector));
        if (!float.IsFinite(length) || length == 0 || largest == 0)
        {
            return 0;
        }

        for (int i = 0; i < vector.Length; i++)
        {
            codes[i] = (sbyte)MathF.Round(vector[i] / largest * Largest);
        }

        return largest / Largest / length;
    }
}
