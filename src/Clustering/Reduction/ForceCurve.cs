using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>
/// The coefficients of UMAP's attractive and repulsive gradients as functions of sixteen squared distances. The power in them is that of the curve
/// 1 / (1 + a d^2b), by polynomials for the logarithm and the exponential to base 2 (relative error below 0.03 %).
/// </summary>
/// <param name="a">The curve's a.</param>
/// <param name="b">The curve's b.</param>
internal readonly struct ForceCurve(double a, double b)
{
    /// <summary>Squared distances are not told apart below.</summary>
    private const float Least = 1f / (1 << 24);

    /// <summary>Squared distances are not told apart above.</summary>
    private const float Most = 1 << 20;

    /// <summary>Keeps the repulsion of near points finite.</summary>
    private const float Softening = 0.001f;

    private const float LargestPower = 100;

    private readonly float _a = (float)a;
    private readonly float _b = (float)b;
    private readonly float _pull = (float)(-2 * a * b);
    private readonly float _push = (float)(2 * b);

    /// <summary>The factors (negative) of the difference vectors in the pulls towards neighbours.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Attraction(Vector512<float> squared)
    {
        Vector512<float> bounded = Bound(squared), power = Power(bounded);
        return Vector512.Create(_pull) * power / (bounded * Vector512.FusedMultiplyAdd(Vector512.Create(_a), power, Vector512<float>.One));
    }

    /// <summary>The factors (positive) of the difference vectors in the pushes away from other points.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Repulsion(Vector512<float> squared)
    {
        Vector512<float> bounded = Bound(squared), power = Power(bounded);
        return Vector512.Create(_push) / ((bounded + Vector512.Create(Softening)) * Vector512.FusedMultiplyAdd(Vector512.Create(_a), power, Vector512<float>.One));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Bound(Vector512<float> squared) =>
        Vector512.MinNative(Vector512.MaxNative(squared, Vector512.Create(Least)), Vector512.Create(Most));

    /// <summary>Positive normal numbers to the power of b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<float> Power(Vector512<float> x)
    {
        Vector512<int> bits = x.AsInt32();
        Vector512<float> exponent = Vector512.ConvertToSingle((bits >> 23) - Vector512.Create(127));
        Vector512<float> m = ((bits & Vector512.Create(0x007FFFFF)) | Vector512.Create(0x3F800000)).AsSingle();

        // Minimax polynomials: log2 on [1, 2], 2^f on [0, 1].
        Vector512<float> log = Vector512.FusedMultiplyAdd(Vector512.Create(-0.08161573f), m, Vector512.Create(0.6451419f));
        log = Vector512.FusedMultiplyAdd(log, m, Vector512.Create(-2.1206741f));
        log = Vector512.FusedMultiplyAdd(log, m, Vector512.Create(4.0700898f));
        log = Vector512.FusedMultiplyAdd(log, m, Vector512.Create(-2.5128543f)) + exponent;
        Vector512<float> y = log * Vector512.Create(_b);
        y = Vector512.MinNative(Vector512.MaxNative(y, Vector512.Create(-LargestPower)), Vector512.Create(LargestPower));
        Vector512<float> floor = Vector512.Floor(y), f = y - floor;
        Vector512<float> power = Vector512.FusedMultiplyAdd(Vector512.Create(0.078024514f), f, Vector512.Create(0.22606717f));
        power = Vector512.FusedMultiplyAdd(power, f, Vector512.Create(0.69583356f));
        power = Vector512.FusedMultiplyAdd(power, f, Vector512.Create(0.9999252f));
        return (power.AsInt32() + (Vector512.ConvertToInt32Native(floor) << 23)).AsSingle();
    }
}
