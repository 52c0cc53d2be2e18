namespace Pipeline.Clustering;

/// <summary>Hands numbered blocks of work to threads one by one, in order; each thread has a workspace of its own.</summary>
internal static class Blocks
{
    /// <summary>Runs <paramref name="work"/> for 0 to <paramref name="count"/> - 1.</summary>
    /// <param name="count">The number of blocks.</param>
    /// <param name="threads">The largest number of threads.</param>
    /// <param name="workspace">Makes a thread's workspace.</param>
    /// <param name="work">Does a block.</param>
    /// <param name="ct">Stops between two blocks.</param>
    /// <typeparam name="T">The workspace.</typeparam>
    public static void Run<T>(int count, int threads, Func<T> workspace, Action<int, T> work, CancellationToken ct)
    {
        int next = -1;
        int workers = Math.Min(threads, count);
        Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, workers), CancellationToken = ct }, _ =>
        {
            int block = Interlocked.Increment(ref next);
            if (block >= count)
            {
                return;
            }

            T own = workspace();
            for (; block < count; block = Interlocked.Increment(ref next))
            {
                ct.ThrowIfCancellationRequested();
                work(block, own);
            }
        });
    }
}
