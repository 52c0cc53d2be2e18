using System.Runtime.InteropServices;

namespace Pipeline.Adapters.Local;

/// <summary>Counts features; enumerates them in the order of their first occurrence, so that sums come out the same every time.</summary>
internal sealed class WeightedBag
{
    private readonly Dictionary<ulong, int> _positions = [];
    private readonly List<(ulong Hash, float Weight, int Count)> _entries = [];

    /// <summary>Counts one occurrence. A feature met with several weights keeps the largest.</summary>
    public void Count(ulong hash, float weight)
    {
        ref int position = ref CollectionsMarshal.GetValueRefOrAddDefault(_positions, hash, out bool known);
        if (!known)
        {
            position = _entries.Count;
            _entries.Add((hash, weight, 1));
            return;
        }

        (_, float heaviest, int count) = _entries[position];
        _entries[position] = (hash, Math.Max(heaviest, weight), count + 1);
    }

    /// <summary>The features with the weights that <paramref name="weigh"/> makes of a feature's weight and count.</summary>
    public IReadOnlyList<(ulong Hash, float Weight)> ToWeights(Func<float, int, float> weigh)
    {
        (ulong, float)[] features = new (ulong, float)[_entries.Count];
        for (int i = 0; i < features.Length; i++)
            features[i] = (_entries[i].Hash, weigh(_entries[i].Weight, _entries[i].Count));

        return features;
    }
}
