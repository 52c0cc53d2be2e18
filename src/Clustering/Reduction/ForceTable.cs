namespace Pipeline.Clustering;

/// <summary>
/// The coefficients of UMAP's attractive and repulsive gradients as functions of the squared distance, tabulated at 32 points per power of two
/// and interpolated linearly between them (relative error below 0.1 %), which saves a power function per force.
/// </summary>
internal sealed class ForceTable
{
    private const int Shift = 18;
    private const int LowExponent = -24;
    private const int HighExponent = 20;
    private const int LowBits = (LowExponent + 127) << 23;
    private const int HighBits = (HighExponent + 127) << 23;
    private const int Mask = (1 << Shift) - 1;

    /// <summary>Keeps the repulsion of near points finite.</summary>
    private const double Softening = 0.001;

    private readonly float[] _attraction;
    private readonly float[] _repulsion;

    /// <summary>Tabulates the forces of the curve 1 / (1 + a d^2b).</summary>
    public ForceTable(double a, double b)
    {
        int size = ((HighBits - LowBits) >> Shift) + 2;
        _attraction = new float[size];
        _repulsion = new float[size];
        for (int i = 0; i < size; i++)
        {
            double squared = BitConverter.Int32BitsToSingle(LowBits + (i << Shift));
            double power = Math.Pow(squared, b);
            _attraction[i] = (float)(-2 * a * b * power / squared / (1 + (a * power)));
            _repulsion[i] = (float)(2 * b / ((Softening + squared) * (1 + (a * power))));
        }
    }

    /// <summary>The factor (negative) of the difference vector in the pull towards a neighbour.</summary>
    public float Attraction(float squared) => Interpolate(_attraction, squared);

    /// <summary>The factor (positive) of the difference vector in the push away from another point.</summary>
    public float Repulsion(float squared) => Interpolate(_repulsion, squared);

    private static float Interpolate(float[] table, float squared)
    {
        int bits = Math.Clamp(BitConverter.SingleToInt32Bits(squared), LowBits, HighBits) - LowBits;
        int at = bits >> Shift;
        float low = table[at];
        return low + ((table[at + 1] - low) * ((bits & Mask) * (1f / (1 << Shift))));
    }
}
