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
    public void A_tree_whose_threshold_fell_is_read_with_the_wider_subclusters_that_it_kept()
    {
        Birch birch = new(2, new BirchOptions { Threshold = 1, BranchingFactor = 3 });
        birch.InsertMany(TestPoints.Blobs(200, 2, 3, seed: 1));
        birch.Reconfigure(new BirchOptions { Threshold = 0.05, BranchingFactor = 3 });
        birch.Subclusters().Radii.Max().ShouldBeGreaterThan(2 * birch.Threshold, "or nothing wider was kept");

        Birch restored = Birch.Restore(birch.Snapshot());

        Same(restored, birch);
        foreach (Birch either in new[] { birch, restored })
        {
            either.InsertMany(TestPoints.Blobs(100, 2, 3, seed: 2));
        }

        Same(restored, birch);
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

    [TestMethod]
    public void A_snapshot_of_what_insertion_cannot_have_made_is_refused()
    {
        Birch birch = new(2, new BirchOptions { BranchingFactor = 3 });
        birch.InsertMany(TestPoints.Blobs(60, 2, 3, seed: 1));
        Dictionary<string, SafeTensor> whole = new(birch.Snapshot(), StringComparer.Ordinal);
        int[] entries = whole["birch.node_entries"].ToArray<int>();
        int root = entries[0], leaf = Array.IndexOf(whole["birch.node_is_leaf"].ToArray<byte>(), (byte)1), inLeaf = entries.Take(leaf).Sum();

        Refused(whole, "birch.weights", Changed<double>(whole, "birch.weights", 0, weight => weight * 1.01)).ShouldContain("does not sum up the node below it");
        Refused(whole, "birch.weights", Changed<double>(whole, "birch.weights", 0, _ => double.NaN)).ShouldContain("not finite");
        Refused(whole, "birch.centroids", Changed<double>(whole, "birch.centroids", 0, _ => 1e200)).ShouldContain("beyond single precision");
        Refused(whole, "birch.deviations", Changed<double>(whole, "birch.deviations", inLeaf, _ => 1e200)).ShouldContain("wider than points can lie apart");
        Refused(whole, "birch.updates", Changed<double>(whole, "birch.updates", 0, _ => double.PositiveInfinity)).ShouldContain("not finite");
        Refused(whole, "birch.ids", Changed<long>(whole, "birch.ids", 0, _ => 5)).ShouldContain("without an id of their own");
        Refused(whole, "birch.ids", Changed<long>(whole, "birch.ids", inLeaf, _ => 1_000_000)).ShouldContain("without an id of their own");
        Refused(whole, "birch.node_is_leaf", Changed<byte>(whole, "birch.node_is_leaf", 1, kind => (byte)(1 - kind))).ShouldNotBeEmpty();
        Refused(whole, "birch.node_is_leaf", Changed<byte>(whole, "birch.node_is_leaf", 0, _ => 2)).ShouldContain("neither leaves nor not");
        Refused(whole, "birch.node_entries", Changed<int>(whole, "birch.node_entries", 0, _ => root - 1)).ShouldNotBeEmpty();
        Refused(whole, "birch.settings", Changed<double>(whole, "birch.settings", 5, _ => double.NaN)).ShouldContain("times that are not finite");
        Refused(whole, "birch.counts", Changed<long>(whole, "birch.counts", 2, _ => int.MaxValue)).ShouldContain("BranchingFactor is 2147483647; it must be 2 to 10000");
        Refused(whole, "birch.counts", Changed<long>(whole, "birch.counts", 1, _ => int.MaxValue)).ShouldContain("counts out of range");
        Refused(whole, "birch.counts", Changed<long>(whole, "birch.counts", 5, _ => -1)).ShouldContain("counts out of range");
    }

    [TestMethod]
    public void Any_damage_gives_a_message_or_a_tree_that_goes_on()
    {
        Birch birch = new(2, new BirchOptions { BranchingFactor = 3, HalfLife = 100 });
        birch.InsertMany(TestPoints.Blobs(60, 2, 3, seed: 1));
        Dictionary<string, SafeTensor> whole = new(birch.Snapshot(), StringComparer.Ordinal);
        string[] names = [.. whole.Keys.Order(StringComparer.Ordinal)];
        Random random = new(7);
        int refused = 0;
        for (int damage = 0; damage < 1000; damage++)
        {
            string name = names[random.Next(names.Length)];
            byte[] bytes = whole[name].Data.ToArray();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                Birch restored = Birch.Restore(new Dictionary<string, SafeTensor>(whole, StringComparer.Ordinal) { [name] = whole[name] with { Data = bytes } });
                restored.InsertMany(TestPoints.Blobs(40, 2, 3, seed: 2));
                Birch.Restore(restored.Snapshot()).Inserted.ShouldBe(restored.Inserted);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        refused.ShouldBeGreaterThan(200);
    }

    [TestMethod]
    public void A_tree_of_any_depth_can_be_restored_and_goes_on()
    {
        const int Depth = 50_000;
        int nodes = 1 + (2 * Depth), entries = nodes + 1;
        double[] two = [.. Enumerable.Range(0, entries).Select(entry => entry == 0 || (entry > 1 && entry <= Depth + 1) ? 0.0 : 9.0)];
        Dictionary<string, SafeTensor> deep = new(StringComparer.Ordinal)
        {
            ["birch.counts"] = SafeTensor.From<long>([1, 1, 2, 0, 2, 2], 6),
            ["birch.settings"] = SafeTensor.From<double>([0.5, 0, 0, 0.5, 0, 0, 0, 0], 8),
            ["birch.node_entries"] = SafeTensor.From<int>([2, .. Enumerable.Repeat(1, nodes - 1)], nodes),
            ["birch.node_is_leaf"] = SafeTensor.From<byte>([.. Enumerable.Range(0, nodes).Select(node => node is Depth or (2 * Depth) ? (byte)1 : (byte)0)], nodes),
            ["birch.centroids"] = SafeTensor.From<double>(two, entries, 1),
            ["birch.weights"] = SafeTensor.From<double>([.. Enumerable.Repeat(1.0, entries)], entries),
            ["birch.deviations"] = SafeTensor.From<double>(new double[entries], entries),
            ["birch.updates"] = SafeTensor.From<double>(new double[entries], entries),
            ["birch.ids"] = SafeTensor.From<long>([.. Enumerable.Range(0, entries).Select(entry => entry == Depth + 1 ? 0L : entry == (2 * Depth) + 1 ? 1 : -1)], entries),
        };

        Birch birch = Birch.Restore(deep);
        birch.InsertMany(new float[] { 0.1f, 9.1f, 20 });
        Birch.Restore(birch.Snapshot()).Subclusters().Weights.ShouldBe([2, 2, 1]);
    }

    private static SafeTensor Changed<T>(Dictionary<string, SafeTensor> whole, string name, int at, Func<T, T> change)
        where T : unmanaged
    {
        T[] values = whole[name].ToArray<T>();
        values[at] = change(values[at]);
        return SafeTensor.From<T>(values, [.. whole[name].Shape]);
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
