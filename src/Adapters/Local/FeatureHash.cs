namespace Pipeline.Adapters.Local;

/// <summary>Hashes of features and their projection to buckets: the same on every machine and in every process.</summary>
internal static class FeatureHash
{
    /// <summary>Buckets per feature: several make collisions of two features partial, and so harmless.</summary>
    private const int BucketsPerFeature = 8;

    private const ulong OffsetBasis = 0xCBF29CE484222325;
    private const ulong Prime = 0x100000001B3;

    /// <summary>FNV-1a over the UTF-16 code units, started from a family's seed and finished by <see cref="Mix"/>.</summary>
    public static ulong Of(ReadOnlySpan<char> text, ulong seed)
    {
        ulong hash = OffsetBasis ^ Mix(seed);
        foreach (char character in text)
            hash = (hash ^ character) * Prime;

        return Mix(hash);
    }

    /// <summary>The hash of an ordered pair.</summary>
    public static ulong Combine(ulong first, ulong second, ulong seed) => Mix(first + Mix(second ^ Mix(seed)));

    /// <summary>Adds a weight to the feature's buckets, with the feature's signs, such that the squared length added is the weight's square but for collisions.</summary>
    public static void AddSigned(ulong hash, float weight, Span<float> vector)
    {
        float part = weight / MathF.Sqrt(BucketsPerFeature);
        for (int i = 0; i < BucketsPerFeature; i++)
        {
            hash = Mix(hash);
            int bucket = (int)(((hash >> 32) * (ulong)vector.Length) >> 32);
            vector[bucket] += (hash & 1) == 0 ? part : -part;
        }
    }

    /// <summary>One step of SplitMix64 (Steele, Lea and Flood 2014): every input bit reaches every output bit.</summary>
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
