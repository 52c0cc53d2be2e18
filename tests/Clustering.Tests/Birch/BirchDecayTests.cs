namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class BirchDecayTests
{
    private static readonly float[] Left = [0, 0];
    private static readonly float[] Right = [10, 0];

    [TestMethod]
    public void A_weight_falls_to_half_in_a_half_life()
    {
        Birch birch = new(2, new BirchOptions { HalfLife = 3 });
        birch.Insert(Left, weight: 8, time: 100);
        birch.Advance(103);
        birch.Subclusters().Weights.ShouldBe([4]);
        birch.Insert(Left, weight: 1, time: 106);

        BirchSubclusters found = birch.Subclusters();
        found.Weights.ShouldBe([3]);
        found.LastUpdates.ShouldBe([106]);
        birch.Now.ShouldBe(106);
    }

    [TestMethod]
    public void Recent_points_draw_the_centroid_more_than_old_ones()
    {
        Birch birch = new(2, new BirchOptions { HalfLife = 1, Threshold = 20 });
        birch.Insert(Left, time: 0);
        birch.Insert(Right, time: 2);
        birch.Subclusters().Centroids.ShouldBe([8, 0]);
    }

    [TestMethod]
    public void A_late_point_weighs_as_if_it_had_come_in_time()
    {
        BirchOptions options = new() { HalfLife = 2, Threshold = 20 };
        Birch late = new(2, options), punctual = new(2, options);
        punctual.Insert(Left, time: 0);
        punctual.Insert(Right, time: 4);
        late.Insert(Right, time: 4);
        late.Insert(Left, time: 0);

        late.Subclusters().Weights[0].ShouldBe(punctual.Subclusters().Weights[0], 1e-12);
        late.Subclusters().Centroids[0].ShouldBe(punctual.Subclusters().Centroids[0], 1e-5f);
        late.Subclusters().LastUpdates.ShouldBe([4]);
    }

    [TestMethod]
    public void What_weighs_too_little_expires_and_what_is_fed_stays()
    {
        Birch birch = new(2, new BirchOptions { HalfLife = 1, MinimumWeight = 0.2 });
        birch.Insert(Left, time: 0);
        birch.Insert(Right, time: 0);
        long kept = birch.Subclusters().Ids[1];
        for (int time = 1; time <= 5; time++)
        {
            birch.Insert(Right, time: time);
        }

        BirchSubclusters found = birch.Subclusters();
        found.Ids.ShouldBe([kept]);
        found.Centroids.ShouldBe(Right);
        birch.Advance(20);
        birch.Subclusters().Count.ShouldBe(0);
        birch.Insert(Left, time: 21);
        birch.Subclusters().Weights.ShouldBe([1]);
    }

    [TestMethod]
    public void What_has_expired_does_not_show_before_it_is_swept_out()
    {
        Birch birch = new(2, new BirchOptions { HalfLife = 1, MinimumWeight = 0.9 });
        birch.Insert(Left, time: 0);
        birch.Insert(Right, time: 0.2);
        birch.Subclusters().Centroids.ShouldBe(Right);
    }

    [TestMethod]
    [DataRow(200)]
    [DataRow(300)]
    [DataRow(5000)]
    public void Thousands_of_half_lives_do_not_wear_the_weights_out(int halfLives)
    {
        Birch birch = new(2, new BirchOptions { HalfLife = 0.5, Threshold = 20 });
        for (int i = 0; i <= halfLives; i++)
        {
            birch.Insert(i % 2 == 0 ? Left : Right, time: i * 0.5);
        }

        BirchSubclusters found = birch.Subclusters();
        found.Weights[0].ShouldBe(2, 1e-9);
        found.Centroids[0].ShouldBe(halfLives % 2 == 0 ? 10 / 3f : 20 / 3f, 1e-4f);
    }

    [TestMethod]
    public void A_silence_of_a_million_half_lives_leaves_a_working_tree()
    {
        Birch birch = new(2, new BirchOptions { HalfLife = 1 });
        birch.InsertMany(TestPoints.Blobs(500, 2, 4, seed: 1));
        birch.Insert(Left, time: 1e6);
        birch.Subclusters().Weights.ShouldBe([1]);
        birch.Insert(Left, time: 0);
        birch.Subclusters().Weights.ShouldBe([1]);
    }

    [TestMethod]
    public void Decay_and_expiry_follow_a_stream_whose_clusters_move()
    {
        Birch birch = new(2, new BirchOptions { HalfLife = 50, MinimumWeight = 0.5, Threshold = 0.5, BranchingFactor = 8 });
        Random random = new(7);
        for (int time = 0; time < 4000; time++)
        {
            float place = time / 1000 * 30;
            birch.Insert([place + random.NextSingle(), random.NextSingle()], time: time);
        }

        BirchSubclusters found = birch.Subclusters();
        found.Count.ShouldBeInRange(1, 20);
        found.Centroids.Where((_, at) => at % 2 == 0).ShouldAllBe(x => x >= 90);
        found.Weights.Sum().ShouldBe(1 / (1 - Math.Pow(2, -1 / 50.0)), 1);
    }
}
