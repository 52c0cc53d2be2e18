namespace Pipeline.Clustering;

/// <summary>
/// The arrays of a snapshot. Nodes are listed parents first, each followed by the nodes of its entries; entries node by node.
/// <c>birch.node_entries</c> (I32) and <c>birch.node_is_leaf</c> (U8) have one element per node; <c>birch.centroids</c> (F64, entries x d),
/// <c>birch.weights</c>, <c>birch.deviations</c>, <c>birch.updates</c> (F64) and <c>birch.ids</c> (I64, -1 above the leaves) one per entry.
/// <c>birch.distance_factor</c> (F64) is there where points may lie so far from a mean only, <c>birch.drops_lightest</c> (U8) where the lightest make room. <c>birch.counts</c> and <c>birch.settings</c> hold the rest.
/// </summary>
internal static class BirchSnapshot
{
    private const string Prefix = "birch.";
    private const string Distance = "distance_factor";
    private const string Drops = "drops_lightest";
    private const long Version = 1;

    /// <summary>Writes a state.</summary>
    public static Dictionary<string, SafeTensor> Write(BirchState state)
    {
        BirchOptions options = state.Options;
        DecayClock clock = state.Clock;
        List<BirchNode> nodes = [.. state.Tree.Nodes];
        int entries = nodes.Sum(node => node.Count), d = state.Tree.Dimensions;
        double[] centroids = new double[checked(entries * d)];
        int at = 0;
        foreach (BirchNode node in nodes)
        {
            for (int entry = 0; entry < node.Count; entry++, at += d)
            {
                node.CopyMean(entry, centroids.AsSpan(at, d));
            }
        }

        Dictionary<string, SafeTensor> arrays = new(StringComparer.Ordinal)
        {
            [Prefix + "counts"] = SafeTensor.From<long>([Version, d, options.BranchingFactor, options.MaximumSubclusters ?? 0, state.NextId, state.Inserted], 6),
            [Prefix + "settings"] = SafeTensor.From<double>(
                [options.Threshold, options.HalfLife ?? 0, options.MinimumWeight, state.Tree.Threshold, clock.Now, clock.Origin, clock.Moved, clock.Swept], 8),
            [Prefix + "node_entries"] = SafeTensor.From<int>([.. nodes.Select(node => node.Count)], nodes.Count),
            [Prefix + "node_is_leaf"] = SafeTensor.From<byte>([.. nodes.Select(node => node.IsLeaf ? (byte)1 : (byte)0)], nodes.Count),
            [Prefix + "centroids"] = SafeTensor.Over(centroids, entries, d),
            [Prefix + "weights"] = Column(nodes, entries, node => node.Weights),
            [Prefix + "deviations"] = Column(nodes, entries, node => node.Deviations),
            [Prefix + "updates"] = Column(nodes, entries, node => node.Updates),
            [Prefix + "ids"] = SafeTensor.From<long>([.. nodes.SelectMany(node => node.IsLeaf ? node.Ids.Take(node.Count) : Enumerable.Repeat(-1L, node.Count))], entries),
        };
        if (options.DistanceFactor is double factor)
        {
            arrays[Prefix + Distance] = SafeTensor.From<double>([factor], 1);
        }

        if (options.DropsLightest)
        {
            arrays[Prefix + Drops] = SafeTensor.From<byte>([1], 1);
        }

        return arrays;
    }

    /// <summary>Reads a state.</summary>
    /// <exception cref="InvalidDataException">An array is missing or the arrays do not fit together.</exception>
    public static BirchState Read(IReadOnlyDictionary<string, SafeTensor> arrays)
    {
        long[] counts = Array<long>(arrays, "counts", 6);
        double[] settings = Array<double>(arrays, "settings", 8);
        Require(counts[0] == Version, $"is of version {counts[0]}; this library reads version {Version}");
        Require(
            counts[1] >= 1 && counts[1] <= System.Array.MaxLength / CentroidScan.Lanes && counts[2] is >= 0 and <= int.MaxValue && counts[3] is >= 0 and <= int.MaxValue
            && counts[4] >= 0 && counts[5] >= 0,
            "has counts out of range");
        BirchOptions options = new()
        {
            Threshold = settings[0],
            BranchingFactor = (int)counts[2],
            HalfLife = settings[1] == 0 ? null : settings[1],
            MinimumWeight = settings[2],
            MaximumSubclusters = counts[3] == 0 ? null : (int)counts[3],
            DistanceFactor = arrays.ContainsKey(Prefix + Distance) ? Array<double>(arrays, Distance, 1)[0] : null,
            DropsLightest = arrays.ContainsKey(Prefix + Drops) && Array<byte>(arrays, Drops, 1)[0] == 1,
        };
        try
        {
            options.Validate();
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"The snapshot cannot be used: {e.Message}", e);
        }

        Require(double.IsFinite(settings[3]) && settings[3] >= options.Threshold, "has a threshold below that of its parameters");
        BirchNodeReader nodes = new(arrays, (int)counts[1], options.BranchingFactor, nextId: counts[4]);
        Require(IsTime(settings.AsSpan(4), unused: nodes.IsEmpty), "has times that are not finite");
        BirchTree tree = new((int)counts[1], options.BranchingFactor, settings[3], options.DistanceFactor);
        tree.Restore(nodes.Root(tree));
        return new BirchState(options, new DecayClock(options.HalfLife, settings[4], settings[5], settings[6], settings[7]), tree, counts[4], counts[5]);
    }

    /// <summary>Whether a clock's numbers are finite, or those of a clock that has not seen a time.</summary>
    private static bool IsTime(ReadOnlySpan<double> clock, bool unused) =>
        double.IsFinite(clock[1]) && double.IsFinite(clock[2])
        && ((double.IsFinite(clock[0]) && double.IsFinite(clock[3])) || (unused && double.IsNegativeInfinity(clock[0]) && double.IsNegativeInfinity(clock[3])));

    private static SafeTensor Column(List<BirchNode> nodes, int entries, Func<BirchNode, double[]> column) =>
        SafeTensor.From<double>([.. nodes.SelectMany(node => column(node).Take(node.Count))], entries);

    /// <summary>The elements of an array.</summary>
    /// <exception cref="InvalidDataException">The array is missing, of another type or not of the length asked for.</exception>
    internal static T[] Array<T>(IReadOnlyDictionary<string, SafeTensor> arrays, string name, long? length = null)
        where T : unmanaged
    {
        if (!arrays.TryGetValue(Prefix + name, out SafeTensor? tensor))
        {
            throw new InvalidDataException($"The snapshot lacks the array '{Prefix}{name}'.");
        }

        T[] values = tensor.ToArray<T>();
        Require(length is null || values.Length == length, $"holds {values.Length} numbers in '{Prefix}{name}' where {length} belong");
        return values;
    }

    /// <summary>Refuses the snapshot where something does not hold.</summary>
    /// <exception cref="InvalidDataException">It does not; the message says what is wrong.</exception>
    internal static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException(FormattableString.Invariant($"The snapshot {otherwise}."));
        }
    }
}
