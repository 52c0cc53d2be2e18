using Pipeline.Models;

namespace Pipeline.Tests.Models;

[TestClass]
public sealed class NearCopiesTests
{
    [TestMethod]
    public void Of_texts_that_are_almost_equal_the_first_stands_for_all()
    {
        Random random = new(7);
        float[][] different = [.. Enumerable.Range(0, 40).Select(_ => Direction(random))];
        float[] vectors = [.. different.SelectMany(d => d), .. different.SelectMany(d => d.Select(v => v + (float)(0.01 * (random.NextDouble() - 0.5))))];

        NearCopies.Representatives(vectors, 64).ShouldBe(Enumerable.Range(0, 40));
    }

    private static float[] Direction(Random random) => [.. Enumerable.Range(0, 64).Select(_ => (float)(random.NextDouble() - 0.5))];
}
