namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class PairScheduleTests
{
    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(2, 5)]
    [DataRow(9, 4)]
    public void Every_pair_comes_once_and_no_block_is_held_twice_at_a_time(int blocks, int threads)
    {
        int[] times = new int[blocks * blocks], held = new int[blocks];
        int clashes = 0;
        PairSchedule.Run(blocks, threads, () => 0, (first, second, _) =>
        {
            Interlocked.Increment(ref times[(first * blocks) + second]);
            foreach (int block in new[] { first, second }.Distinct())
            {
                Interlocked.Add(ref clashes, Interlocked.Increment(ref held[block]) - 1);
            }

            Thread.SpinWait(2000);
            foreach (int block in new[] { first, second }.Distinct())
            {
                Interlocked.Decrement(ref held[block]);
            }
        }, CancellationToken.None);

        clashes.ShouldBe(0);
        times.ShouldBe(Enumerable.Range(0, blocks * blocks).Select(at => at / blocks <= at % blocks ? 1 : 0));
    }

    [TestMethod]
    public void A_failure_ends_the_work_of_all_threads() =>
        Should.Throw<AggregateException>(() => PairSchedule.Run(6, 3, () => 0, (first, second, _) =>
        {
            if (first == 2 && second == 3)
            {
                throw new InvalidOperationException("failed");
            }
        }, CancellationToken.None)).InnerExceptions.ShouldContain(inner => inner is InvalidOperationException);

    [TestMethod]
    public void A_cancelled_schedule_stops()
    {
        using CancellationTokenSource source = new();
        int done = 0;
        Should.Throw<OperationCanceledException>(() => PairSchedule.Run(50, 2, () => 0, (_, _, _) =>
        {
            Interlocked.Increment(ref done);
            source.Cancel();
        }, source.Token));
        done.ShouldBeLessThan(10);
    }
}
