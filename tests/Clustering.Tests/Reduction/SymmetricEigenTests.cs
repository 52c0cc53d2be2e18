namespace Pipeline.Clustering.Tests.Reduction;

[TestClass]
public sealed class SymmetricEigenTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(7)]
    [DataRow(64)]
    [DataRow(131)]
    public void A_matrix_only_stretches_its_eigenvectors(int size)
    {
        Random random = new(size);
        float[] matrix = new float[size * size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j <= i; j++)
                matrix[(i * size) + j] = matrix[(j * size) + i] = (float)((2 * random.NextDouble()) - 1);
        }

        ShouldBeSolved(matrix, size);
    }

    [TestMethod]
    public void Equal_values_and_blocks_of_zeros_have_orthonormal_vectors()
    {
        ShouldBeSolved(new float[25], 5);
        ShouldBeSolved([2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1], 4);
        ShouldBeSolved([1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 3, -2, 0, 0, -2, 3], 4);
    }

    [TestMethod]
    public void Values_of_very_different_sizes_are_found()
    {
        (double[] values, _) = SymmetricEigen.Solve([1e6f, 0, 0, 0, 1, 0, 0, 0, 1e-6f], 3, CancellationToken.None);
        values[0].ShouldBe(1e6, 1e-1);
        values[1].ShouldBe(1, 1e-7);
        values[2].ShouldBe(1e-6, 1e-12);
    }

    private static void ShouldBeSolved(float[] matrix, int size)
    {
        (double[] values, float[] vectors) = SymmetricEigen.Solve(matrix, size, CancellationToken.None);
        values.ShouldBe(values.OrderDescending());
        for (int k = 0; k < size; k++)
        {
            for (int other = 0; other <= k; other++)
                Enumerable.Range(0, size).Sum(i => (double)vectors[(k * size) + i] * vectors[(other * size) + i]).ShouldBe(k == other ? 1 : 0, 1e-5);
            for (int i = 0; i < size; i++)
                Enumerable.Range(0, size).Sum(j => (double)matrix[(i * size) + j] * vectors[(k * size) + j]).ShouldBe(values[k] * vectors[(k * size) + i], 1e-5);
        }
    }
}
