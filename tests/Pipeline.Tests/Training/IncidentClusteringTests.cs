using Pipeline.Models;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

[TestClass]
public sealed class IncidentClusteringTests
{
    private const int Dimensions = 32;

    /// <summary>Few different texts are clustered as they are: the two problems are 0 and 1 whatever the layout would do.</summary>
    [TestMethod]
    public void Copies_of_a_text_are_one_text_with_one_answer()
    {
        Sample sample = new();
        int[] printer = sample.Add(10, direction: 0, likeness: 0.98, text: "printer");
        int[] vpn = sample.Add(10, direction: 1, likeness: 0.98, text: "vpn");

        ClusteredIncidents clustered = Cluster(sample, new TrainingOptions { MinClusterSize = 5, MinSamples = 2, Dimensions = 6 });

        int first = Answers(clustered, printer).ShouldHaveSingleItem(), second = Answers(clustered, vpn).ShouldHaveSingleItem();
        (Math.Min(first, second), Math.Max(first, second)).ShouldBe((0, 1));
        printer.Select(row => clustered.Probabilities[row]).Distinct().Count().ShouldBe(1);
    }

    [TestMethod]
    public void A_text_that_is_like_no_other_is_a_cluster_when_it_was_reported_often_enough()
    {
        Sample sample = new();
        int[][] tight = [.. Enumerable.Range(0, 3).Select(direction => sample.Add(40, direction, likeness: 0.95, text: null))];
        int[] often = sample.Add(20, direction: 5, likeness: 1, text: "often");
        int[] once = sample.Add(1, direction: 6, likeness: 1, text: "once");

        ClusteredIncidents clustered = Cluster(sample, new TrainingOptions { MinClusterSize = 15, MinSamples = 5, Dimensions = 24 });

        int own = Answers(clustered, often).ShouldHaveSingleItem();
        own.ShouldBeGreaterThanOrEqualTo(0);
        tight.ShouldAllBe(group => !Answers(clustered, group).Contains(own));
        Answers(clustered, once).ShouldNotBe([own]);
    }

    [TestMethod]
    public void The_number_of_threads_changes_nothing_and_every_training_says_how_steady_it_is()
    {
        Sample sample = new();
        foreach (int direction in Enumerable.Range(0, 6))
        {
            sample.Add(30, direction, likeness: 0.8, text: null);
        }

        TrainingParameters parameters = new TrainingOptions { MinClusterSize = 10, Dimensions = 24 }.Resolve(sample.Texts.Count);
        ClusteredIncidents[] runs = [.. new[] { 1, 2 }.Select(threads => IncidentClustering.Cluster([.. sample.Vectors], Dimensions, sample.Texts, parameters, threads))];

        runs[1].Labels.ShouldBe(runs[0].Labels);
        runs[1].Problems.ShouldBe(runs[0].Problems);
        runs[1].Probabilities.ShouldBe(runs[0].Probabilities);
        runs[1].Stability.ShouldBe(runs[0].Stability);
        runs[0].Stability.ShouldBeInRange(0.5, 1);
        parameters.Layouts.ShouldBe(41);
    }

    [TestMethod]
    public void A_cluster_whose_members_are_less_alike_than_asked_is_dissolved_and_the_others_stay()
    {
        Sample sample = new();
        int[] loose = sample.Add(40, direction: 0, likeness: 0.7, text: null);
        int[][] tight = [.. Enumerable.Range(1, 3).Select(direction => sample.Add(40, direction, likeness: 0.95, text: null))];
        TrainingOptions lenient = new() { MinClusterSize = 15, MinSamples = 5, Dimensions = 24, MinCoherence = -10 };

        ClusteredIncidents all = Cluster(sample, lenient);
        int label = Answers(all, loose).ShouldHaveSingleItem();
        double coherence = all.Coherence.OfCluster(label);
        double limit = 1.1 * coherence;
        BackgroundLikeness background = BackgroundLikeness.Measure(all.Reduced, all.ReducedDimensions, sample.Texts, lenient.Seed);

        ClusteredIncidents strict = Cluster(sample, lenient with { MinCoherence = (limit - background.Mean) / background.Deviation });

        Answers(strict, loose).ShouldBe([-1]);
        strict.Problems.Length.ShouldBe(tight.Length);
        strict.Persistence.Length.ShouldBe(tight.Length);
        strict.Labels.Distinct().Order().ShouldBe([-1, 0, 1, 2]);
        foreach (int[] group in tight)
        {
            Answers(strict, group).ShouldHaveSingleItem().ShouldBeGreaterThanOrEqualTo(0);
        }
    }

    [TestMethod]
    public void A_member_unlike_the_rest_of_its_cluster_leaves_it()
    {
        Sample sample = new();
        int[][] tight = [.. Enumerable.Range(0, 4).Select(direction => sample.Add(40, direction, likeness: 0.95, text: null))];
        TrainingOptions strict = new() { MinClusterSize = 15, MinSamples = 5, Dimensions = 24, MinCoherence = 1.15 };
        int[] between = sample.Add(1, direction: 0, likeness: 0.3, text: null);

        ClusteredIncidents clustered = Cluster(sample, strict);

        Answers(clustered, between).ShouldBe([-1]);
        tight.ShouldAllBe(group => Answers(clustered, group).Length == 1 && clustered.Labels[group[0]] >= 0);
    }

    /// <summary>A fifth of loose groups is kept out of a training; right is what a training with them says.</summary>
    [TestMethod]
    [DataRow(0.9)]
    [DataRow(0.55)]
    public void New_texts_get_answers_that_are_as_sure_as_they_are_right(double likeness)
    {
        Sample sample = new();
        foreach (int direction in Enumerable.Range(0, 8))
        {
            sample.Add(120, direction, likeness, text: null);
        }

        TrainingOptions options = new() { Dimensions = 24 };
        int[] kept = [.. Enumerable.Range(0, sample.Texts.Count).Where(row => row % 5 != 0)], held = [.. Enumerable.Range(0, sample.Texts.Count).Where(row => row % 5 == 0)];
        int[] whole = Problems(Cluster(sample, options));
        ClusteredIncidents trained = Cluster(sample.Of(kept), options);

        int[] own = Problems(trained);
        Dictionary<int, int> matched = Enumerable.Range(0, kept.Length).GroupBy(i => own[i]).ToDictionary(g => g.Key, g => g.CountBy(i => whole[kept[i]]).MaxBy(c => c.Value).Key);
        ClusterAssignment[] answers = trained.Geometry.Classify(sample.Of(held).Vectors.ToArray());
        double right = answers.Select((answer, i) => matched[answer.ClusterId < 0 ? -1 : trained.Problems[answer.ClusterId]] == whole[held[i]]).Average(isRight => isRight ? 1.0 : 0);

        answers.Average(answer => answer.Confidence).ShouldBe(right, 0.1);
    }

    private static int[] Problems(ClusteredIncidents clustered) => Array.ConvertAll(clustered.Labels, label => label < 0 ? -1 : clustered.Problems[label]);

    private static ClusteredIncidents Cluster(Sample sample, TrainingOptions options) =>
        IncidentClustering.Cluster([.. sample.Vectors], Dimensions, sample.Texts, options.Resolve(sample.Texts.Count), maxDegreeOfParallelism: 2);

    private static int[] Answers(ClusteredIncidents clustered, int[] rows) => [.. rows.Select(row => clustered.Labels[row]).Distinct()];

    /// <summary>Unit vectors about chosen directions, all of one group equally like its direction.</summary>
    private sealed class Sample
    {
        private readonly Random _random = new(5);

        public List<float> Vectors { get; private init; } = [];

        public List<string> Texts { get; private init; } = [];

        public Sample Of(int[] rows) => new()
        {
            Vectors = [.. rows.SelectMany(row => Vectors.GetRange(row * Dimensions, Dimensions))],
            Texts = [.. rows.Select(row => Texts[row])],
        };

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
