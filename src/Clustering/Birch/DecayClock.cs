namespace Pipeline.Clustering;

/// <summary>
/// Exponential decay without touching what decays: a point of time t enters with its weight times 2^((t - origin) / half-life), so that all
/// stored weights fall at the same pace and keep their ratios (forward decay: Cormode, Shkapenyuk, Srivastava, Xu 2009). The origin moves
/// by whole half-lives, which scales stored weights by a power of two, without rounding.
/// </summary>
internal sealed class DecayClock
{
    private const int MostHalfLives = 256;
    private const double MostExponent = 5_000;
    private const double SweepsPerHalfLife = 4;
    private readonly double? _halfLife;

    /// <summary>Starts or resumes a clock.</summary>
    /// <param name="halfLife">The half-life; null for no decay.</param>
    /// <param name="now">The latest time seen; minus infinity before the first.</param>
    /// <param name="origin">The time at which the first weight was stored as it is.</param>
    /// <param name="moved">By how many half-lives the origin has moved since.</param>
    /// <param name="swept">The time of the latest sweep.</param>
    public DecayClock(double? halfLife, double now = double.NegativeInfinity, double origin = 0, double moved = 0, double swept = double.NegativeInfinity)
    {
        _halfLife = halfLife;
        Now = now;
        Origin = origin;
        Moved = moved;
        Swept = swept;
    }

    /// <summary>The latest time seen; minus infinity before the first.</summary>
    public double Now { get; private set; }

    /// <summary>The time at which the first weight was stored as it is.</summary>
    public double Origin { get; private set; }

    /// <summary>By how many half-lives the origin has moved since; a whole number.</summary>
    public double Moved { get; private set; }

    /// <summary>The time of the latest sweep.</summary>
    public double Swept { get; private set; }

    /// <summary>Whether it is time to look for what has expired.</summary>
    public bool SweepIsDue => _halfLife is double half && Now - Swept >= half / SweepsPerHalfLife;

    /// <summary>What a weight of the present is multiplied by to be stored, and a stored one divided by.</summary>
    public double Scale => ScaleOf(Now);

    /// <summary>What a weight of a time is multiplied by to be stored.</summary>
    public double ScaleOf(double time) => _halfLife is double half ? Power((time - Origin) / half - Moved) : 1;

    /// <summary>Moves the clock on; an earlier time leaves it where it is.</summary>
    public void Advance(double time)
    {
        if (double.IsNegativeInfinity(Now))
        {
            Origin = Swept = time;
        }

        Now = Math.Max(Now, time);
    }

    /// <summary>Notes a sweep.</summary>
    public void Sweep() => Swept = Now;

    /// <summary>By how many half-lives the origin should move now for stored weights to stay in range; mostly 0.</summary>
    public double Overdue()
    {
        double exponent = _halfLife is double half ? (Now - Origin) / half - Moved : 0;
        return exponent > MostHalfLives ? Math.Floor(exponent) : 0;
    }

    /// <summary>Moves the origin; the caller scales what is stored.</summary>
    public void MoveOrigin(double halfLives) => Moved += halfLives;

    private static double Power(double exponent)
    {
        double within = Math.Clamp(exponent, -MostExponent, MostExponent), whole = Math.Floor(within);
        return Math.ScaleB(Math.Pow(2, within - whole), (int)whole);
    }
}
