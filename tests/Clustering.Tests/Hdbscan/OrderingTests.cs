namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class OrderingTests
{
    [TestMethod]
    public void Weights_are_sorted_and_equal_ones_keep_their_order()
    {
        Random random = new(3);
        double[] weights = [.. Enumerable.Range(0, 5000).Select(i => i % 7 == 0 ? 0 : i % 11 == 0 ? -0.0 : Math.Round(random.NextDouble() * 50) * Math.Pow(10, random.Next(-30, 30))), double.PositiveInfinity, double.Epsilon];
        RadixSort.Of(weights).ShouldBe(Enumerable.Range(0, weights.Length).OrderBy(i => weights[i]));
        RadixSort.Of([]).ShouldBeEmpty();
        RadixSort.Of([2, 2, 2]).ShouldBe([0, 1, 2]);
    }

    [TestMethod]
    public void Offers_come_out_by_weight_and_then_by_name_whenever_they_are_made()
    {
        Random random = new(5);
        PrimFrontier frontier = new();
        PriorityQueue<int, (double, int)> expected = new();
        int point = 0;
        for (int round = 0; round < 2000; round++)
        {
            for (int offers = random.Next(round < 1000 ? 4 : 2); offers > 0 || expected.Count == 0; offers--, point++)
            {
                int name = 1_000_000 - point;
                double weight = random.Next(40);
                frontier.Add(weight, name, point);
                expected.Enqueue(point, (weight, name));
            }

            frontier.TakeFirst().ShouldBe(expected.Dequeue());
        }
    }

    [TestMethod]
    public void A_queue_gives_numbers_back_in_order_of_arrival_while_it_grows()
    {
        NodeQueue queue = new();
        Queue<int> expected = new();
        for (int i = 0; i < 1000; i++)
        {
            queue.Add(i);
            expected.Enqueue(i);
            if (i % 3 == 0)
            {
                queue.Take().ShouldBe(expected.Dequeue());
            }
        }

        queue.Count.ShouldBe(expected.Count);
        while (queue.Count > 0)
        {
            queue.Take().ShouldBe(expected.Dequeue());
        }
    }
}
