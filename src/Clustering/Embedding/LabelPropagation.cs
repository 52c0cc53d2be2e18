namespace Pipeline.Clustering;

/// <summary>
/// Divides a graph into connected parts (label propagation from seeds): random nodes carry labels, and in each round every node without one takes that with
/// the largest weight among its neighbours. All nodes of a round look at the round before, so the result does not depend on the number of threads.
/// </summary>
internal static class LabelPropagation
{
    private const int MostRounds = 20;
    private const int NodesPerTask = 512;
    private const int None = -1;

    /// <summary>
    /// Divides a graph. O(rounds x edges) time. Nodes that no label reaches are parts as far as they hang together, so that there are no more parts than labels
    /// and such pieces: a graph of many pieces shrinks at once.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="seeds">How many labels are given out, 1 or more; several may go to one node, which keeps the last.</param>
    /// <param name="seed">Fixes the result, together with <paramref name="level"/>.</param>
    /// <param name="level">Another number gives other random nodes.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    /// <returns>The part of each node, numbered by first node, and the number of parts.</returns>
    public static (int[] Part, int Count) Partition(UmapGraph graph, int seeds, int seed, int level, ParallelOptions parallel)
    {
        int[] labels = new int[graph.Count], next = new int[graph.Count];
        labels.AsSpan().Fill(None);
        CounterRandom random = CounterRandom.For(seed, -4, level);
        for (int label = 0; label < seeds; label++)
            labels[random.Below(labels.Length)] = label;

        for (int round = 0; round < MostRounds; round++)
        {
            (int[] from, int[] to) = (labels, next);
            int changed = 0;
            ParallelBlocks.RunRows(graph.Count, NodesPerTask, parallel, (first, end) => Interlocked.Add(ref changed, Spread(graph, from, to, first, end)));
            (labels, next) = (next, labels);
            if (changed == 0)
                break;
        }

        return Number(labels, Pieces(graph, labels), seeds);
    }

    /// <summary>Labels the nodes of a range, and counts those that were without.</summary>
    private static int Spread(UmapGraph graph, int[] from, int[] to, int first, int end)
    {
        Dictionary<int, float> votes = [];
        int changed = 0;
        for (int i = first; i < end; i++)
        {
            to[i] = from[i] == None ? Winner(graph, from, i, votes) : from[i];
            changed += to[i] == from[i] ? 0 : 1;
        }

        return changed;
    }

    /// <summary>The label with the largest weight among the neighbours, of several the least; none where none has one.</summary>
    private static int Winner(UmapGraph graph, int[] labels, int node, Dictionary<int, float> votes)
    {
        votes.Clear();
        int winner = None;
        float most = 0;
        for (int e = graph.RowOffsets[node]; e < graph.RowOffsets[node + 1]; e++)
        {
            int label = labels[graph.Columns[e]];
            if (label != None)
                votes[label] = votes.GetValueOrDefault(label) + graph.Weights[e];
        }

        foreach ((int label, float weight) in votes)
        {
            if (weight > most || (weight == most && label < winner))
                (winner, most) = (label, weight);
        }

        return winner;
    }

    /// <summary>The connected pieces of what has no label.</summary>
    private static DisjointSet Pieces(UmapGraph graph, int[] labels)
    {
        DisjointSet pieces = new(labels.Length);
        for (int i = 0; i < labels.Length; i++)
        {
            for (int e = graph.RowOffsets[i]; e < graph.RowOffsets[i + 1] && labels[i] == None; e++)
            {
                if (labels[graph.Columns[e]] == None)
                    pieces.Union(i, graph.Columns[e]);
            }
        }

        return pieces;
    }

    private static (int[] Part, int Count) Number(int[] labels, DisjointSet pieces, int seeds)
    {
        int[] numbers = new int[seeds + labels.Length], part = new int[labels.Length];
        numbers.AsSpan().Fill(None);
        int count = 0;
        for (int i = 0; i < part.Length; i++)
        {
            int own = labels[i] == None ? seeds + pieces.Find(i) : labels[i];
            if (numbers[own] == None)
                numbers[own] = count++;
            part[i] = numbers[own];
        }

        return (part, count);
    }
}
