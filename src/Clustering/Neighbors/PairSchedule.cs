namespace Pipeline.Clustering;

/// <summary>
/// Hands all pairs of blocks to threads, each pair once, so that no two threads hold the same block at a time: whatever belongs to a block needs no lock.
/// </summary>
internal sealed class PairSchedule
{
    private readonly object _gate = new();
    private readonly List<(int First, int Second)> _passedOver = [];
    private readonly bool[] _held;
    private int _apart;
    private int _first;
    private bool _failed;

    private PairSchedule(int blocks) => _held = new bool[blocks];

    /// <summary>Runs <paramref name="work"/> for every pair of blocks, the first not after the second; a block is also paired with itself. In no particular order.</summary>
    /// <param name="blocks">The number of blocks.</param>
    /// <param name="threads">The largest number of threads.</param>
    /// <param name="workspace">Makes a thread's workspace.</param>
    /// <param name="work">Does a pair.</param>
    /// <param name="ct">Stops between two pairs.</param>
    /// <typeparam name="T">The workspace.</typeparam>
    public static void Run<T>(int blocks, int threads, Func<T> workspace, Action<int, int, T> work, CancellationToken ct)
    {
        PairSchedule schedule = new(blocks);
        ParallelBlocks.Run(Math.Min(threads, blocks), threads, workspace, (_, own) =>
        {
            while (schedule.Take(ct) is (int first, int second))
            {
                bool done = false;
                try
                {
                    work(first, second, own);
                    done = true;
                }
                finally
                {
                    schedule.Return(first, second, done);
                }
            }
        }, ct);
    }

    /// <summary>A pair of which neither block is held; waits for one, null when there are none left or a thread has failed.</summary>
    private (int First, int Second)? Take(CancellationToken ct)
    {
        lock (_gate)
        {
            while (!_failed && (_passedOver.Count > 0 || _apart < _held.Length))
            {
                ct.ThrowIfCancellationRequested();
                if (Next() is (int first, int second))
                {
                    _held[first] = _held[second] = true;
                    return (first, second);
                }

                Monitor.Wait(_gate);
            }

            return null;
        }
    }

    private (int First, int Second)? Next()
    {
        int at = _passedOver.FindIndex(pair => !_held[pair.First] && !_held[pair.Second]);
        if (at >= 0)
        {
            (int First, int Second) pair = _passedOver[at];
            _passedOver.RemoveAt(at);
            return pair;
        }

        while (_apart < _held.Length)
        {
            (int First, int Second) pair = (_first, _first + _apart);
            if (++_first + _apart == _held.Length)
            {
                (_first, _apart) = (0, _apart + 1);
            }

            if (!_held[pair.First] && !_held[pair.Second])
            {
                return pair;
            }

            _passedOver.Add(pair);
        }

        return null;
    }

    private void Return(int first, int second, bool done)
    {
        lock (_gate)
        {
            _held[first] = _held[second] = false;
            _failed |= !done;
            Monitor.PulseAll(_gate);
        }
    }
}
