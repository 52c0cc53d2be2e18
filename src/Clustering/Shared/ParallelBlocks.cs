namespace Pipeline.Clustering;

/// <summary>The library's parallel loop: hands numbered blocks of work to threads one by one, in order; each thread has a workspace of its own.</summary>
internal static class ParallelBlocks
{
    /// <summary>The threads and the token of a loop.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxDegreeOfParallelism"/> is below 1.</exception>
    public static ParallelOptions Options(int? maxDegreeOfParallelism, CancellationToken ct = default)
    {
        ParameterRange.Require(maxDegreeOfParallelism is null or >= 1, nameof(maxDegreeOfParallelism), maxDegreeOfParallelism, "1 or more, or null for all processors");
        return new ParallelOptions { MaxDegreeOfParallelism = maxDegreeOfParallelism ?? Environment.ProcessorCount, CancellationToken = ct };
    }

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

    /// <summary>The same without a workspace.</summary>
    public static void Run(int count, ParallelOptions parallel, Action<int> work) =>
        Run(count, Threads(parallel), () => work, static (block, does) => does(block), parallel.CancellationToken);

    /// <summary>Runs <paramref name="work"/> for blocks of rows, the last of which may be shorter: for the first row of each, the row after its last, and the thread's workspace.</summary>
    public static void RunRows<T>(int rows, int rowsPerBlock, ParallelOptions parallel, Func<T> workspace, Action<int, int, T> work) =>
        Run((rows + rowsPerBlock - 1) / rowsPerBlock, Threads(parallel), workspace,
            (block, own) => work(block * rowsPerBlock, Math.Min(rows, (block + 1) * rowsPerBlock), own), parallel.CancellationToken);

    /// <summary>The same without a workspace.</summary>
    public static void RunRows(int rows, int rowsPerBlock, ParallelOptions parallel, Action<int, int> work) =>
        RunRows(rows, rowsPerBlock, parallel, () => work, static (first, end, does) => does(first, end));

    /// <summary>The largest number of threads of a loop; options made elsewhere say -1 for all processors.</summary>
    public static int Threads(this ParallelOptions parallel) => parallel.MaxDegreeOfParallelism > 0 ? parallel.MaxDegreeOfParallelism : Environment.ProcessorCount;
}
