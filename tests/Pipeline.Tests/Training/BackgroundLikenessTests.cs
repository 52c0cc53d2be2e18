using Pipeline.Training;

namespace Pipeline.Tests.Training;

[TestClass]
public sealed class BackgroundLikenessTests
{
    [TestMethod]
    public void Vectors_in_all_directions_have_none_and_vary_by_their_dimensions()
    {
        (float[] vectors, string[] texts) = Random(rows: 2_000, dimensions: 64, seed: 1);

        BackgroundLikeness likeness = BackgroundLikeness.Measure(vectors, 64, texts, seed: 42);

        likeness.Mean.ShouldBe(0, 0.01);
        likeness.Deviation.ShouldBe(1 / Math.Sqrt(64), 0.01);
    }

    [TestMethod]
    public void A_direction_that_all_share_is_the_background()
    {
        (float[] vectors, string[] texts) = Random(rows: 2_000, dimensions: 64, seed: 1);
        for (int row = 0; row < texts.Length; row++)
        {
            // Half of the squared length lies in a direction of its own.
            Span<float> vector = vectors.AsSpan(row * 64, 64);
            vector[0] = 0;
            double rest = Math.Sqrt(vector.ToArray().Sum(v => (double)v * v));
            for (int d = 1; d < 64; d++)
            {
                vector[d] = (float)(vector[d] / rest * Math.Sqrt(0.5));
            }

            vector[0] = (float)Math.Sqrt(0.5);
        }

        BackgroundLikeness.Measure(vectors, 64, texts, seed: 42).Mean.ShouldBe(0.5, 0.01);
    }

    [TestMethod]
    public void Copies_of_a_text_count_once()
    {
        (float[] vectors, string[] texts) = Random(rows: 300, dimensions: 32, seed: 2);
        BackgroundLikeness once = BackgroundLikeness.Measure(vectors, 32, texts, seed: 42);
        float[] first = vectors[..32];
        float[] repeated = [.. vectors, .. Enumerable.Repeat(first, 5_000).SelectMany(v => v)];
        string[] names = [.. texts, .. Enumerable.Repeat(texts[0], 5_000)];

        BackgroundLikeness.Measure(repeated, 32, names, seed: 42).ShouldBe(once);
    }

    [TestMethod]
    public void A_seed_measures_the_same_and_another_nearly_the_same()
    {
        (float[] vectors, string[] texts) = Random(rows: 500, dimensions: 16, seed: 3);
        BackgroundLikeness likeness = BackgroundLikeness.Measure(vectors, 16, texts, seed: 42);

        BackgroundLikeness.Measure(vectors, 16, texts, seed: 42).ShouldBe(likeness);
        BackgroundLikeness.Measure(vectors, 16, texts, seed: 7).Deviation.ShouldBe(likeness.Deviation, 0.01);
    }

    [TestMethod]
    public void Without_two_different_texts_there_is_none()
    {
        BackgroundLikeness.Measure([1, 0, 1, 0], 2, ["a", "a"], seed: 42).ShouldBe(new BackgroundLikeness(0, 0));
        BackgroundLikeness.Measure([1, 0, 0, 0], 2, ["a", "b"], seed: 42).ShouldBe(new BackgroundLikeness(0, 0));
    }

    [TestMethod]
    [DataRow(0.0, 0.13, 0.13)]
    [DataRow(0.5, 0.13, 0.565)]
    [DataRow(0.5, 0.0, 0.5)]
    [DataRow(0.5, 1.0, 1.0)]
    public void A_threshold_is_a_share_of_the_way_from_unrelated_to_equal(double mean, double share, double threshold) =>
        new BackgroundLikeness(mean, 0.1).Toward(share).ShouldBe(threshold, 1e-12);

    private static (float[] Vectors, string[] Texts) Random(int rows, int dimensions, int seed)
    {
        Random random = new(seed);
        float[] vectors = new float[rows * dimensions];
        for (int row = 0; row < rows; row++)
        {
            Span<float> vector = vectors.AsSpan(row * dimensions, dimensions);
            double squares = 0;
            for (int d = 0; d < dimensions; d++)
            {
                vector[d] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
                squares += (double)vector[d] * vector[d];
            }

            for (int d = 0; d < dimensions; d++)
            {
                vector[d] /= (float)Math.Sqrt(squares);
            }
        }

        return (vectors, [.. Enumerable.Range(0, rows).Select(row => $"text {row}")]);
    }
}
