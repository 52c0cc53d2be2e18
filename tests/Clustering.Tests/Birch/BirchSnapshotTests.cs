namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class BirchSnapshotTests
{
    private static readonly BirchOptions Options = new() { Threshold = 0.3, BranchingFactor = 6, HalfLife = 400, MinimumWeight = 0.3, MaximumSubclusters = 120 };

    [TestMethod]
    public async Task A_restored_tree_goes_on_as_if_it_had_never_stopped()
    {
        float[] points = TestPoints.Blobs(3000, 3, 5, seed: 12);
        double[] times = [.. Enumerable.Range(0, 3000).Select(i => i / 2.0)];
        Birch uninterrupted = new(3, Options);
        uninterrupted.InsertMany(points.AsMemory(0, 4500), times: times.AsMemory(0, 1500));
        using MemoryStream file = new();
        await uninterrupted.SaveAsync(file);
        file.Position = 0;
        Birch restored = await Birch.LoadAsync(file);
        Same(restored, uninterrupted);

        foreach (Birch birch in new[] { uninterrupted, restored })
        {
            birch.InsertMany(points.AsMemory(4500), times: times.AsMemory(1500));
        }

        Same(restored, uninterrupted);
        restored.Options.ShouldBe(Options);
        restored.Inserted.ShouldBe(3000);
        restored.Threshold.ShouldBeGreaterThan(Options.Threshold);
    }

    [TestMethod]
    public void An_empty_tree_can_be_restored()
    {
        Birch restored = Birch.Restore(new Birch(2).Snapshot());
        restored.Insert([1, 2], time: 5);
        restored.Subclusters().Centroids.ShouldBe([1, 2]);
        restored.Now.ShouldBe(5);
    }

    [TestMethod]
    public void A_snapshot_that_does_not_fit_together_is_refused()
    {
        Birch birch = new(2, new BirchOptions { BranchingFactor = 3 });
        birch.InsertMany(TestPoints.Blobs(60, 2, 3, seed: 1));
        Dictionary<string, SafeTensor> whole = new(birch.Snapshot(), StringComparer.Ordinal);

        Refused(whole, "birch.weights", null).ShouldContain("lacks the array 'birch.weights'");
        Refused(whole, "birch.ids", SafeTensor.From<long>([1], 1)).ShouldContain("holds 1 numbers in 'birch.ids'");
        Refused(whole, "birch.node_entries", SafeTensor.From<int>([9], 1)).ShouldContain("holds");
        Refused(whole, "birch.counts", SafeTensor.From<long>([7, 2, 3, 0, 0, 0], 6)).ShouldContain("is of version 7");
        Refused(whole, "birch.counts", SafeTensor.From<long>([1, 2, 2, 0, 0, 0], 6)).ShouldContain("too few or too many entries");
        Refused(whole, "birch.settings", SafeTensor.From<double>([-1, 0, 0, 1, 0, 0, 0, 0], 8)).ShouldContain("Threshold is -1");
    }

    private static string Refused(Dictionary<string, SafeTensor> whole, string name, SafeTensor? instead)
    {
        Dictionary<string, SafeTensor> changed = new(whole, StringComparer.Ordinal);
        changed.Remove(name);
        if (instead is not null)
        {
            changed.Add(name, instead);
        }

        return Should.Throw<InvalidDataException>(() => Birch.Restore(changed)).Message;
    }

    private static void Same(Birch a, Birch b)
    {
        BirchSubclusters left = a.Subclusters(), right = b.Subclusters();
        left.Centroids.ShouldBe(right.Centroids);
        left.Weights.ShouldBe(right.Weights);
        left.Radii.ShouldBe(right.Radii);
        left.LastUpdates.ShouldBe(right.LastUpdates);
        left.Ids.ShouldBe(right.Ids);
        a.Threshold.ShouldBe(b.Threshold);
    }
}
