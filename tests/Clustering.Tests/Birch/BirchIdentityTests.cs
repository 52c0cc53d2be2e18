namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class BirchIdentityTests
{
    [TestMethod]
    public void An_insertion_says_which_subcluster_the_point_is_in()
    {
        Birch birch = new(2, new BirchOptions { Threshold = 1 });

        long first = birch.Insert([0, 0]), beside = birch.Insert([0.5f, 0]), far = birch.Insert([10, 0]);

        beside.ShouldBe(first);
        far.ShouldNotBe(first);
        birch.Subclusters().Ids.ShouldBe([first, far], ignoreOrder: true);
    }

    [TestMethod]
    public void Whoever_follows_what_is_told_knows_the_subcluster_of_every_point()
    {
        Random random = new(3);
        Dictionary<long, List<float>> members = [];
        Birch birch = new(1, new BirchOptions { Threshold = 0.01, MaximumSubclusters = 20, BranchingFactor = 4, HalfLife = 50, MinimumWeight = 0.01 })
        {
            Gone = gone =>
            {
                if (members.Remove(gone.Id, out List<float>? lost) && gone.Into is long into)
                {
                    members.TryAdd(into, []);
                    members[into].AddRange(lost);
                }
            },
        };
        for (int i = 0; i < 2_000; i++)
        {
            float value = (float)(random.NextDouble() * 100);
            long id = birch.Insert([value], time: i);
            if (id >= 0)
            {
                members.TryAdd(id, []);
                members[id].Add(value);
            }
        }

        BirchSubclusters shown = birch.Subclusters();
        shown.Count.ShouldBeInRange(2, 20);
        shown.Ids.ShouldBeSubsetOf(members.Keys);
        for (int i = 0; i < shown.Count; i++)
        {
            shown.Centroids[i].ShouldBeInRange(members[shown.Ids[i]].Min(), members[shown.Ids[i]].Max());
        }
    }

    [TestMethod]
    public void A_large_tight_subcluster_takes_nothing_in_from_afar_where_the_distance_is_limited()
    {
        foreach (double? factor in new double?[] { null, 1.5 })
        {
            Birch birch = new(1, new BirchOptions { Threshold = 1, DistanceFactor = factor });
            for (int i = 0; i < 100; i++)
            {
                birch.Insert([0.001f * i]);
            }

            birch.Insert([5]);

            birch.Subclusters().Count.ShouldBe(factor is null ? 1 : 2);
            Birch.Restore(birch.Snapshot()).Options.DistanceFactor.ShouldBe(factor);
        }
    }

    [TestMethod]
    public void Where_there_are_too_many_the_lightest_make_room_and_the_others_stay_apart()
    {
        List<BirchGone> gone = [];
        Birch birch = new(1, new BirchOptions { Threshold = 0.1, MaximumSubclusters = 10, DropsLightest = true }) { Gone = gone.Add };
        for (int i = 0; i < 40; i++)
        {
            birch.Insert([i]);
            birch.Insert([5]);
        }

        BirchSubclusters kept = birch.Subclusters();
        kept.Count.ShouldBeInRange(9, 10);
        kept.Centroids.ShouldContain(5);
        kept.Centroids.ShouldContain(39);
        birch.Threshold.ShouldBe(0.1);
        gone.ShouldAllBe(g => g.Into == null);
        Birch.Restore(birch.Snapshot()).Options.DropsLightest.ShouldBeTrue();
    }

    [TestMethod]
    public void Other_parameters_keep_weights_and_ids_and_go_on_bit_for_bit_after_a_snapshot()
    {
        Random random = new(5);
        Birch birch = new(2, new BirchOptions { Threshold = 0.2, HalfLife = 10 });
        for (int i = 0; i < 300; i++)
        {
            birch.Insert([random.Next(5), random.Next(5)], time: i * 0.1);
        }

        Dictionary<long, double> before = Weights(birch);
        birch.Reconfigure(new BirchOptions { Threshold = 0.3, BranchingFactor = 3, HalfLife = 5, MaximumSubclusters = 25 });

        Dictionary<long, double> after = Weights(birch);
        after.Keys.ShouldBe(before.Keys, ignoreOrder: true);
        after.ShouldAllBe(a => Math.Abs(a.Value - before[a.Key]) < 1e-9);
        birch.Options.BranchingFactor.ShouldBe(3);
        Birch restored = Birch.Restore(birch.Snapshot());
        for (int i = 0; i < 100; i++)
        {
            float[] point = [random.Next(7), random.Next(7)];
            restored.Insert(point, time: 31 + i).ShouldBe(birch.Insert(point, time: 31 + i));
        }

        restored.Subclusters().Centroids.ShouldBe(birch.Subclusters().Centroids);
        Should.Throw<ArgumentException>(() => birch.Reconfigure(new BirchOptions { Threshold = -1 }));
        birch.Options.BranchingFactor.ShouldBe(3);
    }

    private static Dictionary<long, double> Weights(Birch birch)
    {
        BirchSubclusters shown = birch.Subclusters();
        return Enumerable.Range(0, shown.Count).ToDictionary(i => shown.Ids[i], i => shown.Weights[i]);
    }
}
