using Pipeline.Training;

namespace Pipeline.Tests.Training;

[TestClass]
public sealed class IncidentClusteringTests
{
    private const int Dimensions = 32;

    [TestMethod]
    public void A_cluster_whose_members_are_less_alike_than_asked_is_dissolved_and_the_others_stay()
    {
        Sample sample = new();
        int[] loose = sample.Add(40, direction: 0, likeness: 0.7, text: null);
        int[][] tight = [.. Enumerable.Range(1, 3).Select(direction => sample.Add(40, direction, likeness: 0.95, text: null))];
        TrainingOptions lenient = new() { MinClusterSize = 15, MinSamples = 5, Dimensions = 24, MinCoherence = -1 };

        ClusteredIncidents all = Cluster(sample, lenient);
        int label = Answers(all, loose).ShouldHaveSingleItem();
        double coherence = all.Coherence.OfCluster(label);
        double limit = 1.1 * coherence;
        double[] likeness = [.. loose.Select(row => all.Coherence.OfMember(all.Reduced.AsSpan(row * all.ReducedDimensions, all.ReducedDimensions), label))];
        likeness.Min().ShouldBeGreaterThan(limit * 2 / 3, "no member is unlike the rest by itself");

        ClusteredIncidents strict = Cluster(sample, lenient with { MinCoherence = limit });

        Answers(strict, loose).ShouldBe([-1]);
        foreach (int[] group in tight)
        {
            Answers(strict, group).ShouldBe(Answers(all, group));
            Answers(strict, group).ShouldHaveSingleItem().ShouldBeGreaterThanOrEqualTo(0);
        }
    }

    [TestMethod]
    public void A_member_unlike_the_rest_of_its_cluster_leaves_it()
    {
        Sample sample = new();
        int[][] tight = [.. Enumerable.Range(0, 4).Select(direction => sample.Add(40, direction, likeness: 0.95, text: null))];
        TrainingOptions strict = new() { MinClusterSize = 15, MinSamples = 5, Dimensions = 24, MinCoherence = 0.6 };
        int[] between = sample.Add(1, direction: 0, likeness: 0.3, text: null);

        ClusteredIncidents clustered = Cluster(sample, strict);

        Answers(clustered, between).ShouldBe([-1]);
        tight.ShouldAllBe(group => Answers(clustered, group).Length == 1 && clustered.Labels[group[0]] >= 0);
    }

    private static ClusteredIncidents Cluster(Sample sample, TrainingOptions options) =>
        IncidentClustering.Cluster([.. sample.Vectors], Dimensions, sample.Texts, options.Resolve(sample.Texts.Count), maxDegreeOfParallelism: 2);

    private static int[] Answers(ClusteredIncidents clustered, int[] rows) => [.. rows.Select(row => clustered.Labels[row]).Distinct()];

    /// <summary>Unit vectors about chosen directions, all of one group equally like its direction.</summary>
    private sealed class Sample
    {
        private readonly Random _random = new(5);

        public List<float> Vectors { get; } = [];

        public List<string> Texts { get; } = [];

        /// <summary>Adds a group and gives its rows; without a text each row has its own.</summary>
        public int[] Add(int count, int direction, double likeness, string? text)
        {
            int first = Texts.Count;
            for (int i = 0; i < count; i++)
            {
                double[] aside = [.. Enumerable.Range(0, Dimensions).Select(d => d < 8 ? 0 : _random.NextDouble() - 0.5)];
                double length = Math.Sqrt(aside.Sum(a => a * a));
                Vectors.AddRange(aside.Select((a, d) => (float)(d == direction ? likeness : a / length * Math.Sqrt(1 - (likeness * likeness)))));
                Texts.Add(text ?? $"text {Texts.Count}");
            }

            return [.. Enumerable.Range(first, count)];
        }
    }
}
