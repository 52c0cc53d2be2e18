using System.Numerics.Tensors;

namespace Pipeline.Adapters.Local.Tests;

[TestClass]
public sealed class SearchVectorsTests
{
    [TestMethod]
    public void Rounded_vectors_find_at_least_99_of_100_that_exact_ones_find_when_twice_as_many_are_looked_at()
    {
        const int rows = 20_000;
        List<double> recalls = [];
        foreach (int seed in (int[])[1, 2, 3])
        {
            Random random = new(seed);
            float[][] vectors = [.. Enumerable.Range(0, rows).Select(_ => Vector(random, 256))];
            SearchVectors index = new();
            foreach ((int i, float[] vector) in vectors.Index())
            {
                index.Add(i + 1, "a", i, vector);
            }

            for (int q = 0; q < 20; q++)
            {
                float[] query = Vector(random, 256);
                HashSet<long> exact = [.. vectors.Index().OrderByDescending(v => TensorPrimitives.CosineSimilarity(query, v.Item)).Take(100).Select(v => (long)v.Index + 1)];
                recalls.Add(index.Nearest(query, 200, new SearchFilter(), 2, CancellationToken.None).Count(exact.Contains) / 100.0);
            }
        }

        recalls.Average().ShouldBeGreaterThanOrEqualTo(0.99);
    }

    [TestMethod]
    public void The_answer_does_not_depend_on_the_number_of_threads()
    {
        Random random = new(5);
        SearchVectors index = new();
        float[][] few = [.. Enumerable.Range(0, 50).Select(_ => Vector(random, 32))];
        for (int i = 0; i < 30_000; i++)
        {
            index.Add(i + 1, "a", 0, few[random.Next(few.Length)]);
        }

        IReadOnlyList<long> one = index.Nearest(few[0], 100, new SearchFilter(), 1, CancellationToken.None);

        one.ShouldBe(one.Order());
        index.Nearest(few[0], 100, new SearchFilter(), 4, CancellationToken.None).ShouldBe(one);
    }

    [TestMethod]
    public void A_removed_entry_one_of_another_length_and_one_that_the_filter_leaves_out_are_not_found()
    {
        SearchVectors index = new();
        index.Add(1, "a", 10, [1f, 0f]);
        index.Add(2, "b", 20, [1f, 0.1f]);
        index.Add(5, "a", 30, [1f, 0f, 0f]);
        index.Add(7, "a", 40, [0.5f, 0.5f]);
        index.Remove(1);
        index.Remove(99);

        index.Nearest([1f, 0f], 10, new SearchFilter(), 1, CancellationToken.None).ShouldBe([2, 7]);
        index.Nearest([1f, 0f], 10, new SearchFilter(index.CentersOf(["a", "nowhere"])), 1, CancellationToken.None).ShouldBe([7]);
        index.Nearest([1f, 0f], 10, new SearchFilter(From: 20, Until: 40), 1, CancellationToken.None).ShouldBe([2]);
        index.Nearest([1f, 0f], 10, new SearchFilter(Entries: new HashSet<long> { 7 }), 1, CancellationToken.None).ShouldBe([7]);
        index.Nearest([1f, 0f, 0f], 10, new SearchFilter(), 1, CancellationToken.None).ShouldBeEmpty();
        index.Passes(1, new SearchFilter()).ShouldBeFalse();
        index.Passes(5, new SearchFilter()).ShouldBeTrue();
    }

    private static float[] Vector(Random random, int dimensions)
    {
        float[] vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++)
        {
            vector[i] = (random.NextSingle() + random.NextSingle() + random.NextSingle()) - 1.5f;
        }

        return vector;
    }
}
