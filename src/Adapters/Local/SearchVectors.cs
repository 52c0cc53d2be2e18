using System.Numerics;
using System.Runtime.InteropServices;
using Pipeline.Search;

namespace Pipeline.Adapters.Local;

/// <summary>
/// The vectors of a search index in memory, as whole numbers of -127 to 127 times a step of each row's own, with the tech center and date of each. A search reads all of them: O(n d), spread over the cores.
/// Memory: 1 byte a coordinate, padded to 64, and 24 bytes an entry. One may add and remove while others search.
/// </summary>
internal sealed class SearchVectors
{
    private const int RowsOfBlock = 8_192;
    private const int Padding = 64;

    private readonly List<Block> _blocks = [];
    private readonly Dictionary<string, int> _centers = new(StringComparer.Ordinal);
    private volatile Part _all = new([], 0);
    private int _dimensions;
    private int _stride;

    /// <summary>How many entries there are, with those that were removed.</summary>
    public int Count => _all.Rows;

    /// <summary>How many were removed.</summary>
    public int Removed { get; private set; }

    /// <summary>The number of coordinates; 0 before the first vector.</summary>
    public int Dimensions => _dimensions;

    /// <summary>Adds an entry, whose number must be above all before. A vector of none or another length than the first one's is never near to anything.</summary>
    public void Add(long entry, string center, long created, ReadOnlySpan<float> vector)
    {
        if (_dimensions == 0 && vector.Length > 0)
        {
            _dimensions = vector.Length;
            _stride = (vector.Length + Padding - 1) / Padding * Padding;
        }

        int row = _all.Rows % RowsOfBlock;
        if (row == 0)
        {
            _blocks.Add(new Block());
        }

        Block block = _blocks[^1];
        (block.Entries[row], block.Centers[row], block.Created[row]) = (entry, NumberOf(center), created);
        if (vector.Length > 0 && vector.Length == _dimensions)
        {
            block.Codes ??= new sbyte[RowsOfBlock * _stride];
            block.Steps[row] = VectorCodes.Encode(vector, block.Codes.AsSpan(row * _stride, _dimensions));
        }

        _all = new Part(row == 0 ? [.. _blocks] : _all.Blocks, _all.Rows + 1);
    }

    /// <summary>Takes an entry out; one that is not there is passed over.</summary>
    public void Remove(long entry)
    {
        if (PlaceOf(entry) is int place)
        {
            Block block = _all.Blocks[place / RowsOfBlock];
            block.Steps[place % RowsOfBlock] = 0;
            block.Centers[place % RowsOfBlock] = 0;
            Removed++;
        }
    }

    /// <summary>The numbers of tech centers, for a filter; those that no entry has are left out.</summary>
    public HashSet<int> CentersOf(IEnumerable<string> names)
    {
        lock (_centers)
        {
            return [.. names.Select(name => _centers.GetValueOrDefault(name)).Where(number => number > 0)];
        }
    }

    /// <summary>Whether an entry is there and passes a filter.</summary>
    public bool Passes(long entry, SearchFilter filter) => PlaceOf(entry) is int place && Passes(_all.Blocks[place / RowsOfBlock], place % RowsOfBlock, filter);

    /// <summary>The entries nearest to a vector by the cosine of the rounded coordinates, the nearest first; of equal ones the first added.</summary>
    /// <param name="query">As many coordinates as the entries have; nothing is near to another.</param>
    /// <param name="most">The most that are wanted.</param>
    /// <param name="filter">Which may be among them.</param>
    /// <param name="threads">The most threads.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public IReadOnlyList<long> Nearest(ReadOnlySpan<float> query, int most, SearchFilter filter, int threads, CancellationToken cancellationToken)
    {
        if (query.Length != _dimensions || _dimensions == 0)
        {
            return [];
        }

        sbyte[] rounded = new sbyte[_stride];
        VectorCodes.Encode(query, rounded.AsSpan(0, _dimensions));
        short[] wide = new short[_stride];
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] = rounded[i];
        }

        Part all = _all;
        List<(float Likeness, int Place)> best = [];
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        Parallel.For(
            0,
            all.Blocks.Length,
            options,
            () => new PriorityQueue<int, (float, int)>(),
            (number, _, queue) =>
            {
                Scan(all.Blocks[number], number * RowsOfBlock, Math.Min(RowsOfBlock, all.Rows - number * RowsOfBlock), wide, filter, most, queue);
                return queue;
            },
            queue =>
            {
                lock (best)
                {
                    best.AddRange(queue.UnorderedItems.Select(item => (item.Priority.Item1, item.Element)));
                }
            });
        return [.. best.OrderByDescending(b => b.Likeness).ThenBy(b => b.Place).Take(most).Select(b => all.Blocks[b.Place / RowsOfBlock].Entries[b.Place % RowsOfBlock])];
    }

    private void Scan(Block block, int first, int rows, short[] query, SearchFilter filter, int most, PriorityQueue<int, (float Likeness, int Place)> best)
    {
        if (block.Codes is not sbyte[] codes)
        {
            return;
        }

        float least = float.NegativeInfinity;
        for (int row = 0; row < rows; row++)
        {
            float step = block.Steps[row];
            if (step == 0 || (!filter.TakesAll && !Passes(block, row, filter)))
            {
                continue;
            }

            float likeness = step * Dot(codes.AsSpan(row * _stride, _stride), query);
            if (likeness <= least && best.Count >= most)
            {
                continue;
            }

            // The smallest priority goes first: the least alike, and of equal ones the one that was added last.
            if (best.Count < most)
            {
                best.Enqueue(first + row, (likeness, -(first + row)));
            }
            else
            {
                best.EnqueueDequeue(first + row, (likeness, -(first + row)));
            }

            if (best.Count == most && best.TryPeek(out _, out (float Likeness, int Place) worst))
            {
                // Blocks may come in any order, so that an equal one of an earlier block still has to be looked at.
                least = MathF.BitDecrement(worst.Likeness);
            }
        }
    }

    private static bool Passes(Block block, int row, SearchFilter filter) =>
        block.Centers[row] > 0
        && (filter.Centers is null || filter.Centers.Contains(block.Centers[row]))
        && block.Created[row] >= filter.From && block.Created[row] < filter.Until
        && (filter.Entries is null || filter.Entries.Contains(block.Entries[row]));

    private int NumberOf(string center)
    {
        lock (_centers)
        {
            ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(_centers, center, out bool known);
            return known ? number : number = _centers.Count;
        }
    }

    private int? PlaceOf(long entry)
    {
        Part all = _all;
        int low = 0;
        int high = all.Rows - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            long found = all.Blocks[middle / RowsOfBlock].Entries[middle % RowsOfBlock];
            if (found == entry)
            {
                return middle;
            }

            (low, high) = found < entry ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    // The sum of two products of codes is at most 32,258 and fits 16 bits.
    private static int Dot(ReadOnlySpan<sbyte> row, ReadOnlySpan<short> query)
    {
        Vector<int> sum = Vector<int>.Zero;
        for (int i = 0; i < row.Length; i += Vector<sbyte>.Count)
        {
            Vector.Widen(new Vector<sbyte>(row[i..]), out Vector<short> low, out Vector<short> high);
            Vector<short> products = (low * new Vector<short>(query[i..])) + (high * new Vector<short>(query[(i + Vector<short>.Count)..]));
            Vector.Widen(products, out Vector<int> first, out Vector<int> second);
            sum += first + second;
        }

        return Vector.Sum(sum);
    }

    private sealed class Block
    {
        public long[] Entries { get; } = new long[RowsOfBlock];

        public long[] Created { get; } = new long[RowsOfBlock];

        public int[] Centers { get; } = new int[RowsOfBlock];

        public float[] Steps { get; } = new float[RowsOfBlock];

        public sbyte[]? Codes { get; set; }
    }

    private sealed record Part(Block[] Blocks, int Rows);
}

/// <summary>Which entries a search may find.</summary>
/// <param name="Centers">The numbers of the tech centers; null for all.</param>
/// <param name="From">The ticks of the first instant in UTC. An entry without a date has those of the first instant that there is.</param>
/// <param name="Until">The ticks of the first instant after.</param>
/// <param name="Entries">The entries; null for all.</param>
internal sealed record SearchFilter(IReadOnlySet<int>? Centers = null, long From = 0, long Until = long.MaxValue, IReadOnlySet<long>? Entries = null)
{
    /// <summary>Whether it takes all that are there.</summary>
    public bool TakesAll => Centers is null && From == 0 && Until == long.MaxValue && Entries is null;
}
