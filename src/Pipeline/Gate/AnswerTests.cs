using System.Globalization;
using Pipeline.Models;
using Pipeline.Preprocessing;

namespace Pipeline.Gate;

/// <summary>Whether a version answers: what it should, whatever it is asked, fast, in bounds, and always the same.</summary>
internal static class AnswerTests
{
    private const int Passes = 3;
    private const int FewestKnown = 10;

    // The vectors as they were read, scaled and packed for the search; the known texts, and the examples' embeddings.
    private const long MemoryPerFileByte = 4;

    /// <summary>Answers texts as if the model had never seen them.</summary>
    public static IReadOnlyList<ClusterAssignment> Answer(FittedModel model, IReadOnlyList<ReadOnlyMemory<float>> embeddings, CancellationToken cancellationToken) =>
        model.Classify([.. embeddings.Select((vector, i) => (TextHash.Of(string.Create(CultureInfo.InvariantCulture, $"\0gate {i}")), vector))], cancellationToken);

    /// <summary>Whether the frozen sample is answered: every answer names a cluster that is there, and texts of a problem get it also by their freshly made embedding.</summary>
    /// <param name="model">The version.</param>
    /// <param name="hashes">The sample's content hashes.</param>
    /// <param name="answers">Its answers.</param>
    /// <param name="options">The limits.</param>
    public static GateTest Function(FittedModel model, IReadOnlyList<string> hashes, IReadOnlyList<ClusterAssignment> answers, GateOptions options)
    {
        int invalid = answers.Count(answer => !IsValid(model, answer));
        (int known, int right) = (0, 0);
        foreach ((int i, string hash) in hashes.Index())
        {
            if (model.Recall(hash) is { ClusterId: >= 0 } trained)
            {
                known++;
                right += model.ProblemIdOf(answers[i].ClusterId) == model.ProblemIdOf(trained.ClusterId) ? 1 : 0;
            }
        }

        double recall = known == 0 ? 1 : (double)right / known;
        return new GateFindings("answers").Metric("texts", answers.Count).Metric("invalid", invalid).Metric("known", known).Metric("recall", recall).Metric("limit", options.MinRecall)
            .FailIf(invalid > 0, Text($"{invalid} of {answers.Count} answers name no cluster of the version, or a confidence that is none."))
            .FailIf(known >= FewestKnown && recall < options.MinRecall, Text($"Of {known} texts that belong to a problem {right} are answered with it when they are embedded anew; {options.MinRecall:P0} must be. The vectors do not belong to the texts, or the embedder has changed."))
            .WarnIf(known < FewestKnown, Text($"Only {known} texts of the sample belong to a problem: too few to say how many are answered with it.")).Done();
    }

    /// <summary>Whether odd texts are answered.</summary>
    /// <param name="model">The version.</param>
    /// <param name="cases">Each case's name and embedding; the embedding is null where nothing is left of the text, which no model is asked then.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static GateTest EdgeCases(FittedModel model, IReadOnlyList<(string Name, ReadOnlyMemory<float>? Embedding)> cases, CancellationToken cancellationToken)
    {
        GateFindings found = new("edges");
        foreach ((string name, ReadOnlyMemory<float>? embedding) in cases)
        {
            if (embedding is not ReadOnlyMemory<float> vector)
            {
                found.Metric(name, 1);
                continue;
            }

            try
            {
                ClusterAssignment answer = Answer(model, [vector], cancellationToken)[0];
                found.Metric(name, answer.Confidence).FailIf(!IsValid(model, answer), $"The answer to {name} names no cluster of the version, or a confidence that is none.");
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                found.FailIf(true, $"There is no answer to {name}: {e.Message}");
            }
        }

        return found.Done();
    }

    /// <summary>Whether answers are fast: the best of a few passes, since the machine may do something else meanwhile.</summary>
    public static GateTest Latency(FittedModel model, IReadOnlyList<ReadOnlyMemory<float>> embeddings, GateOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        double best = double.PositiveInfinity;
        for (int pass = 0; pass < Passes; pass++)
        {
            long begun = clock.GetTimestamp();
            Answer(model, embeddings, cancellationToken);
            best = Math.Min(best, clock.GetElapsedTime(begun).TotalMilliseconds / Math.Max(1, embeddings.Count));
        }

        return new GateFindings("latency").Metric("milliseconds", best).Metric("limit", options.MaxMilliseconds)
            .FailIf(best > options.MaxMilliseconds, Text($"An answer takes {best:0.0} ms; {options.MaxMilliseconds:0.0} ms may pass.")).Done();
    }

    /// <summary>Whether the model's memory is bounded.</summary>
    public static GateTest Memory(ModelManifest manifest, GateOptions options)
    {
        double megabytes = MemoryPerFileByte * manifest.Files.Sum(file => file.Size) / 1_000_000.0;
        return new GateFindings("memory").Metric("megabytes", megabytes).Metric("limit", options.MaxMegabytes)
            .FailIf(megabytes > options.MaxMegabytes, Text($"The model takes about {megabytes:0} MB; {options.MaxMegabytes} MB may be taken.")).Done();
    }

    /// <summary>Whether the same texts get the same bits from the version read once more, on one thread.</summary>
    public static GateTest SameBits(FittedModel again, IReadOnlyList<ReadOnlyMemory<float>> embeddings, IReadOnlyList<ClusterAssignment> answers, CancellationToken cancellationToken)
    {
        IReadOnlyList<ClusterAssignment> repeated = Answer(again, embeddings, cancellationToken);
        int different = answers.Zip(repeated).Count(pair => pair.First.ClusterId != pair.Second.ClusterId || BitConverter.DoubleToInt64Bits(pair.First.Confidence) != BitConverter.DoubleToInt64Bits(pair.Second.Confidence));
        return new GateFindings("repeatable").Metric("texts", answers.Count).Metric("different", different)
            .FailIf(different > 0, Text($"{different} of {answers.Count} answers are others when they are asked for once more.")).Done();
    }

    private static bool IsValid(FittedModel model, ClusterAssignment answer) =>
        (answer.ClusterId == ClusterAssignment.Unclustered || model.FindCluster(answer.ClusterId) is not null) && answer.Confidence is >= 0 and <= 1;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
