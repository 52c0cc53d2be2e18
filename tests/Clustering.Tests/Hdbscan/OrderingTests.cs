namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class OrderingTests
{
    [TestMethod]
    public void Weights_are_sorted_and_equal_ones_keep_their_order()
    {
        Random random = new(3);
        double[] weights = [.. Enumerable.Range(0, 5000).Select(i => i % 7 == 0 ? 0 : i % 11 == 0 ? -0.0 : Math.Round(random.NextDouble() * 50) * Math.Pow(10, random.Next(-30, 30))), double.PositiveInfinity, double.Epsilon];
        WeightOrder.Of(weights).ShouldBe(Enumerable.Range(0, weights.Length).OrderBy(i => weights[i]));
        WeightOrder.Of([]).ShouldBeEmpty();
        WeightOrder.Of([2, 2, 2]).ShouldBe([0, 1, 2]);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void A_heap_gives_points_back_by_key_and_then_by_name_also_after_keys_have_fallen(bool renamed)
    {
        Random random = new(5);
        double[] keys = [.. Enumerable.Range(0, 300).Select(_ => (double)random.Next(40))];
        int[]? names = renamed ? [.. Enumerable.Range(0, 300).Reverse()] : null;
        PointHeap heap = new(keys, names);
        for (int point = 0; point < keys.Length; point++)
        {
            heap.Lower(point);
        }

        for (int point = 0; point < keys.Length; point += 3)
        {
            keys[point] -= random.Next(20);
            heap.Lower(point);
        }

        Enumerable.Range(0, 300).Select(_ => heap.TakeFirst()).ShouldBe(Enumerable.Range(0, 300).OrderBy(point => keys[point]).ThenBy(point => names?[point] ?? point));
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
