namespace Pipeline.Clustering;

/// <summary>
/// Random numbers that are a function of a key and a position, so that any thread can draw them in any order.
/// The mixing function is that of SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators").
/// </summary>
internal struct CounterRandom(ulong key)
{
    private const ulong Step = 0x9E3779B97F4A7C15;
    private ulong _state = key;

    /// <summary>The stream of one seed and two counters.</summary>
    public static CounterRandom For(int seed, int first, int second) =>
        new(Mix(Mix(((ulong)(uint)seed << 32) | (uint)first) + ((ulong)(uint)second * Step)));

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        _state += Step;
        return Mix(_state);
    }

    /// <summary>A whole number from 0 to <paramref name="limit"/> - 1.</summary>
    public int Below(int limit) => (int)(((Next() >> 32) * (ulong)limit) >> 32);

    /// <summary>A number from the uniform distribution on [0, 1).</summary>
    public double Uniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number from the standard normal distribution (Box and Muller 1958).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
