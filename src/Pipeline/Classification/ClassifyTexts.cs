using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.AI;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Requests;
using Pipeline.Telemetry;

namespace Pipeline.Classification;

/// <summary>
/// The use case of a person with a text at hand: the text goes the way that incidents go - masked, summarised, embedded, classified - and the answer comes with its reasons.
/// Nothing is stored.
/// </summary>
public sealed class ClassifyTexts(ModelDirectory directory, ModelCache models, SummaryBuilder summaries, IEmbeddingGenerator<string, Embedding<float>> embedder, string embedderId)
{
    /// <summary>The most texts of one request.</summary>
    public const int MostTexts = 100;

    /// <summary>The longest text in UTF-16 characters.</summary>
    public const int LongestText = 32_768;

    private const int NearestCount = 3;

    /// <summary>Answers a request.</summary>
    /// <exception cref="RequestException">The request has no texts, too many, an empty or too long one, or the tech center has no model that fits.</exception>
    /// <exception cref="ModelException">The model is damaged.</exception>
    /// <exception cref="EmbedderException">The embedder does not answer.</exception>
    public async Task<ClassifyResult> RunAsync(ClassifyRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        long start = Stopwatch.GetTimestamp();
        ClassifyResult result;
        try
        {
            result = await PipelineWork.RunAsync(PipelineOperation.Classify, techCenter: null, () => AnswerAsync(request, cancellationToken));
        }
        catch (Exception e) when (e is not (OperationCanceledException or RequestException))
        {
            PipelineMetrics.PredictionsFailed.Add(request.Texts?.Count ?? 1);
            throw;
        }

        PipelineMetrics.ClassifyDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
        return result;
    }

    private async Task<ClassifyResult> AnswerAsync(ClassifyRequest request, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> texts = Texts(request);
        string techCenter = await directory.ResolveAsync(request.TechCenter, cancellationToken: cancellationToken);
        LiveModel live = request.Version is string version ? await models.GetAsync(techCenter, version, cancellationToken) : await models.GetAsync(techCenter, cancellationToken)
            ?? throw RequestException.Invalid("techCenter", $"No model serves the tech center '{techCenter}'. Train it, or promote a version.");
        FittedModel model = live.Model;
        TrialModel? trial = request.Version is null && models.Trial(techCenter) is TrialModel tried && IsAlike(tried.Model.Model.Manifest, model.Manifest) ? tried : null;
        if (model.Manifest.Records is not null)
        {
            LiveModel[] asked = [.. texts.Select((text, i) => Answering(live, trial, NumberOf(request, i) ?? text))];
            return new ClassifyResult(techCenter, model.Manifest.Version, [.. texts.Select((text, i) => AnswerRecord(request, i, text, asked[i], cancellationToken))]);
        }

        if (!string.Equals(model.Manifest.Embedder, embedderId, StringComparison.Ordinal))
        {
            throw new RequestException(RequestProblem.Conflict, $"The model {model.Manifest.Version} of '{techCenter}' was trained on the embedder '{model.Manifest.Embedder}', the configured one is '{embedderId}'. Train again.");
        }

        string[] masked = [.. texts.Select(text => summaries.Build([text]))];
        LiveModel[] answering = [.. masked.Select((text, i) => Answering(live, trial, NumberOf(request, i) ?? text))];
        int[] filled = [.. Enumerable.Range(0, masked.Length).Where(i => masked[i].Length > 0)];
        ClassifiedText[] answers = [.. masked.Select((text, i) => Unclustered(text, answering[i]))];
        if (filled.Length > 0)
        {
            GeneratedEmbeddings<Embedding<float>> embeddings = await EmbedAsync(request, masked, filled, cancellationToken);
            foreach (IGrouping<LiveModel, (int Place, int Text)> part in filled.Index().Select(f => (Place: f.Index, Text: f.Item)).GroupBy(f => answering[f.Text]))
            {
                (int Place, int Text)[] own = [.. part];
                IReadOnlyList<ClusterAssignment> found = part.Key.Model.Classify([.. own.Select(f => (TextHash.Of(masked[f.Text]), embeddings[f.Place].Vector))], cancellationToken);
                foreach ((int i, (int place, int text)) in own.Index())
                {
                    answers[text] = Describe(part.Key, answers[text], embeddings[place].Vector.Span, Decided(part.Key, request, text, found[i]));
                }
            }
        }

        return new ClassifyResult(techCenter, model.Manifest.Version, answers);
    }

    // Both must take what was made of the texts.
    private static bool IsAlike(ModelManifest trial, ModelManifest serving) => string.Equals(trial.Embedder, serving.Embedder, StringComparison.Ordinal) && trial.Records is null == serving.Records is null;

    // The same number, or without one the same text, is answered by the same version at any time.
    private static LiveModel Answering(LiveModel live, TrialModel? trial, string key) => trial is not null && CanaryShare.Includes(key, trial.Percent) ? trial.Model : live;

    // A ticket that people moved is answered as they said, whatever its text is by now.
    private static ClusterAssignment Decided(LiveModel live, ClassifyRequest request, int i, ClusterAssignment answer) => NumberOf(request, i) is string number ? live.Model.Decide(number, answer) : answer;

    private static string? NumberOf(ClassifyRequest request, int i) => (request.Texts is null ? request.Number : request.Numbers?[i]) is { Length: > 0 } number ? number : null;

    // Of records a text is a row as a JSON object; the columns that the model does not know are passed over.
    private ClassifiedText AnswerRecord(ClassifyRequest request, int i, string text, LiveModel live, CancellationToken cancellationToken)
    {
        IEnumerable<string> columns = live.Model.Manifest.Records!.Columns.Select(column => column.Name);
        string row = summaries.BuildRecord(text, columns) is { Length: > 0 } built
            ? built
            : throw RequestException.Invalid(Field(request, i), $"The model is of records: the text must be a JSON object with some of the columns {string.Join(", ", columns)}.");
        ReadOnlyMemory<float> vector = live.Model.VectorOf(row, default);
        return Describe(live, Unclustered(row, live), vector.Span, Decided(live, request, i, live.Model.Classify([(TextHash.Of(row), vector)], cancellationToken)[0]));
    }

    private async Task<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(ClassifyRequest request, string[] masked, int[] filled, CancellationToken cancellationToken)
    {
        using Activity? activity = PipelineActivity.Start("pipeline.embed");
        activity?.SetTag("texts", filled.Length);
        try
        {
            return await embedder.GenerateAsync(filled.Select(i => masked[i]), cancellationToken: cancellationToken);
        }
        catch (TextsRefusedException e)
        {
            (int place, string reason) = e.Refused.OrderBy(r => r.Key).First();
            throw RequestException.Invalid(Field(request, filled[place]), reason);
        }
    }

    private static string Field(ClassifyRequest request, int i) => request.Texts is null ? "text" : string.Create(CultureInfo.InvariantCulture, $"texts[{i}]");

    private static IReadOnlyList<string> Texts(ClassifyRequest request)
    {
        if (request.Text is null == request.Texts is null)
        {
            throw RequestException.Invalid("text", "Give either 'text' with one text or 'texts' with a list of them.");
        }

        IReadOnlyList<string> texts = request.Texts ?? [request.Text!];
        if (texts.Count is 0 or > MostTexts)
        {
            throw RequestException.Invalid("texts", string.Create(CultureInfo.InvariantCulture, $"There are {texts.Count} texts; send 1 to {MostTexts} at once."));
        }

        if ((request.Number is not null && request.Text is null) || (request.Numbers is { } numbers && (request.Texts is null || numbers.Count != texts.Count)))
        {
            throw RequestException.Invalid(request.Number is null ? "numbers" : "number", "Give 'number' with 'text', and with 'texts' as many 'numbers' as there are texts, or none.");
        }

        Dictionary<string, string[]> errors = new(StringComparer.Ordinal);
        foreach ((int i, string text) in texts.Index())
        {
            string field = Field(request, i);
            if (string.IsNullOrWhiteSpace(text))
            {
                errors[field] = ["The text is empty. Describe the problem in a few words."];
            }
            else if (text.Length > LongestText)
            {
                errors[field] = [string.Create(CultureInfo.InvariantCulture, $"The text has {text.Length} characters; {LongestText} is the most.")];
            }
        }

        return errors.Count == 0 ? texts : throw new RequestException(RequestProblem.Invalid, string.Join(' ', errors.Select(e => $"{e.Key}: {e.Value[0]}").Take(3)), errors);
    }

    private static ClassifiedText Describe(LiveModel live, ClassifiedText unclustered, ReadOnlySpan<float> embedding, ClusterAssignment answer)
    {
        ClassifiedText withNearest = unclustered with { Nearest = live.Examples.Nearest(embedding, NearestCount) };
        if (live.Model.FindCluster(answer.ClusterId) is not ModelCluster cluster)
        {
            return withNearest with { Confidence = Math.Round(answer.Confidence, 4) };
        }

        ModelProblem problem = live.Model.ProblemOf(cluster);
        return withNearest with
        {
            ProblemId = problem.Id,
            ProblemLabel = problem.Label,
            ClusterId = cluster.Id,
            ClusterLabel = cluster.Label,
            DomainId = cluster.DomainId,
            DomainName = live.Model.DomainName(cluster.DomainId),
            Confidence = Math.Round(answer.Confidence, 4),
            Words = DecidingWords.Of(unclustered.Summary, problem, cluster),
        };
    }

    // What a text of which nothing is left is told: it belongs to no problem, and that is sure.
    private static ClassifiedText Unclustered(string summary, LiveModel live) => new()
    {
        Summary = summary,
        Version = live.Model.Manifest.Version,
        ProblemId = IncidentPrediction.Unclustered,
        ProblemLabel = IncidentPrediction.UnclusteredName,
        ClusterId = IncidentPrediction.Unclustered,
        ClusterLabel = IncidentPrediction.UnclusteredName,
        DomainId = IncidentPrediction.Unclustered,
        DomainName = IncidentPrediction.UnclusteredName,
        Confidence = 1,
        Nearest = [],
        Words = [],
    };
}

/// <summary>Asks where texts belong. Either one text or a list of them.</summary>
/// <param name="TechCenter">The tech center whose model answers; null where only one has a model.</param>
/// <param name="Text">One text.</param>
/// <param name="Texts">1 to 100 texts.</param>
/// <param name="Version">The model version that answers, whatever its stage; null for the one that serves, and a share by one on trial.</param>
/// <param name="Number">The incident's number, with one text: a version on trial answers the same incidents here as in the predictions. Null to go by the text.</param>
/// <param name="Numbers">The same for a list of texts, as many as there are.</param>
public sealed record ClassifyRequest(string? TechCenter = null, string? Text = null, IReadOnlyList<string>? Texts = null, string? Version = null, string? Number = null, IReadOnlyList<string>? Numbers = null);

/// <summary>The answer to a <see cref="ClassifyRequest"/>.</summary>
/// <param name="TechCenter">The tech center whose model answered.</param>
/// <param name="Version">The model version that serves, or that was named; each text says which one answered it.</param>
/// <param name="Texts">One answer per text, in order.</param>
public sealed record ClassifyResult(string TechCenter, string Version, IReadOnlyList<ClassifiedText> Texts);

/// <summary>Where one text belongs, and why.</summary>
public sealed record ClassifiedText
{
    /// <summary>The text as the model sees it: cleaned and masked. Empty where nothing was left of it.</summary>
    public required string Summary { get; init; }

    /// <summary>The model version that answered: the one that serves, the one that was named, or the one on trial.</summary>
    public required string Version { get; init; }

    /// <summary>The problem's id; -1 where the text belongs to none.</summary>
    public required int ProblemId { get; init; }

    /// <summary>The problem's name; <c>unclustered</c> where the text belongs to none.</summary>
    public required string ProblemLabel { get; init; }

    /// <summary>The id of the cluster, the problem's variant; -1 where the text belongs to none.</summary>
    public required int ClusterId { get; init; }

    /// <summary>The cluster's name; <c>unclustered</c> where the text belongs to none.</summary>
    public required string ClusterLabel { get; init; }

    /// <summary>The problem's domain; -1 where the text belongs to no problem.</summary>
    public required int DomainId { get; init; }

    /// <summary>The domain's name; <c>unclustered</c> where the text belongs to no problem.</summary>
    public required string DomainName { get; init; }

    /// <summary>The probability that the text is of the problem, or of none where it belongs to none, 0 to 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>The most similar typical incidents of any problem, the most similar first.</summary>
    public required IReadOnlyList<NearestExample> Nearest { get; init; }

    /// <summary>The words of the text that speak for the problem and its variant; empty where it belongs to none.</summary>
    public required IReadOnlyList<string> Words { get; init; }
}
