using Pipeline.Models;

namespace Pipeline.Tests.Models;

[TestClass]
public sealed class ClusterCoherenceTests
{
    [TestMethod]
    public void It_is_the_mean_cosine_over_all_pairs()
    {
        float[] vectors = [1, 0, 0, 1, 0.6f, 0.8f, -1, 0];

        ClusterCoherence coherence = ClusterCoherence.Of(vectors, 2, [0, 0, 0, -1], 1);

        coherence.OfCluster(0).ShouldBe((0 + 0.6 + 0.8) / 3, 1e-6);
        coherence.OfMember([0.6f, 0.8f], 0).ShouldBe((0.6 + 0.8) / 2, 1e-6);
    }

    [TestMethod]
    public void A_lone_member_is_like_itself() => ClusterCoherence.Of([1f, 0f], 2, [0], 1).OfCluster(0).ShouldBe(1);

    [TestMethod]
    public void Random_directions_are_not_alike()
    {
        Random random = new(3);
        float[] vectors = new float[500 * 50];
        for (int row = 0; row < 500; row++)
        {
            Span<float> vector = vectors.AsSpan(row * 50, 50);
            foreach (ref float value in vector)
            {
                value = (float)(random.NextDouble() - 0.5);
            }

            System.Numerics.Tensors.TensorPrimitives.Divide(vector, System.Numerics.Tensors.TensorPrimitives.Norm(vector), vector);
        }

        ClusterCoherence.Of(vectors, 50, new int[500], 1).OfCluster(0).ShouldBe(0, 0.01);
    }
}
