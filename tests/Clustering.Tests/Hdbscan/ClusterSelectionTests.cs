namespace Pipeline.Clustering.Tests;

/// <summary>Options of the selection that hold whatever they are combined with.</summary>
[TestClass]
public sealed class ClusterSelectionTests
{
    private static readonly float[] OneBlob = TestPoints.Blobs(30, 2, 1, seed: 4);

    /// <summary>Ten groups of 100 in a row, each in a unit square, three apart.</summary>
    private static readonly float[] TenSquares = Squares(10, 100);

    [TestMethod]
    [DataRow(ClusterSelectionMethod.ExcessOfMass)]
    [DataRow(ClusterSelectionMethod.Leaf)]
    public void A_tree_that_never_splits_is_the_single_cluster_where_one_is_allowed(ClusterSelectionMethod method)
    {
        HdbscanOptions options = new() { MinClusterSize = 20, SelectionMethod = method };

        HdbscanResult allowed = Hdbscan.Fit(OneBlob, 2, options with { AllowSingleCluster = true });

        allowed.ClusterCount.ShouldBe(1);
        allowed.Labels.ShouldContain(0);
        Hdbscan.Fit(OneBlob, 2, options).ClusterCount.ShouldBe(0);
    }

    [TestMethod]
    public void Leaf_selection_takes_the_root_only_where_it_is_the_leaf()
    {
        HdbscanOptions options = new() { MinClusterSize = 20, SelectionMethod = ClusterSelectionMethod.Leaf };

        int[] leaves = Hdbscan.Fit(TenSquares, 2, options).Labels;

        leaves.Max().ShouldBeGreaterThan(0);
        Hdbscan.Fit(TenSquares, 2, options with { AllowSingleCluster = true }).Labels.ShouldBe(leaves);
    }

    [TestMethod]
    public void No_cluster_is_larger_than_the_limit_whatever_it_is_combined_with()
    {
        foreach (ClusterSelectionMethod method in Enum.GetValues<ClusterSelectionMethod>())
        {
            foreach (double epsilon in new[] { 0, 0.3, 4, 1000 })
            {
                foreach (bool single in new[] { false, true })
                {
                    foreach (int most in new[] { 4, 20, 50, 250, 1000 })
                    {
                        HdbscanOptions options = new()
                        {
                            MinClusterSize = 5,
                            SelectionMethod = method,
                            ClusterSelectionEpsilon = epsilon,
                            AllowSingleCluster = single,
                            MaxClusterSize = most,
                        };
                        Largest(Hdbscan.Fit(TenSquares, 2, options), null).ShouldBeLessThanOrEqualTo(most, options.ToString());
                        Largest(Hdbscan.Fit(OneBlob, 2, options), null).ShouldBeLessThanOrEqualTo(most, options.ToString());
                        int[] weights = [.. Enumerable.Range(0, 1000).Select(i => 1 + (i % 7))];
                        Largest(Hdbscan.Fit(TenSquares, 2, weights, options), weights).ShouldBeLessThanOrEqualTo(most, options.ToString());
                    }
                }
            }
        }
    }

    [TestMethod]
    public void Epsilon_merges_up_to_the_limit_and_no_further()
    {
        HdbscanOptions options = new() { MinClusterSize = 5, ClusterSelectionEpsilon = 4 };
        Largest(Hdbscan.Fit(TenSquares, 2, options with { MinClusterSize = 50 }), null).ShouldBeGreaterThan(400);

        HdbscanResult limited = Hdbscan.Fit(TenSquares, 2, options with { MaxClusterSize = 250 });

        Largest(limited, null).ShouldBeInRange(101, 250);
        limited.Labels.Count(label => label < 0).ShouldBeLessThan(100);
    }

    [TestMethod]
    public void A_leaf_above_the_limit_is_noise()
    {
        HdbscanOptions options = new() { MinClusterSize = 60, SelectionMethod = ClusterSelectionMethod.Leaf };
        HdbscanResult free = Hdbscan.Fit(TenSquares, 2, options);
        int largest = Largest(free, null);

        HdbscanResult limited = Hdbscan.Fit(TenSquares, 2, options with { MaxClusterSize = largest - 1 });

        limited.ClusterCount.ShouldBe(free.Labels.Where(label => label >= 0).CountBy(label => label).Count(sized => sized.Value < largest));
    }

    private static int Largest(HdbscanResult result, int[]? weights)
    {
        int[] sizes = new int[result.ClusterCount];
        for (int i = 0; i < result.Labels.Length; i++)
        {
            if (result.Labels[i] >= 0)
            {
                sizes[result.Labels[i]] += weights?[i] ?? 1;
            }
        }

        return sizes.DefaultIfEmpty(0).Max();
    }

    private static float[] Squares(int count, int each)
    {
        Random random = new(0);
        float[] points = new float[count * each * 2];
        for (int i = 0; i < count * each; i++)
        {
            points[2 * i] = ((i % count) * 3) + random.NextSingle();
            points[(2 * i) + 1] = random.NextSingle();
        }

        return points;
    }
}
