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
        if (model.Manifest.Records is { } mix)
        {
            return new ClassifyResult(techCenter, model.Manifest.Version, AnswerRecords(request, texts, live, mix, cancellationToken));
        }

        if (!string.Equals(model.Manifest.Embedder, embedderId, StringComparison.Ordinal))
        {
            throw new RequestException(RequestProblem.Conflict, $"The model {model.Manifest.Version} of '{techCenter}' was trained on the embedder '{model.Manifest.Embedder}', the configured one is '{embedderId}'. Train again.");
        }

        string[] masked = [.. texts.Select(text => summaries.Build([text]))];
        int[] filled = [.. Enumerable.Range(0, masked.Length).Where(i => masked[i].Length > 0)];
        ClassifiedText[] answers = [.. masked.Select(Unclustered)];
        if (filled.Length > 0)
        {
            GeneratedEmbeddings<Embedding<float>> embeddings = await EmbedAsync(request, masked, filled, cancellationToken);
            IReadOnlyList<ClusterAssignment> found = model.Classify([.. filled.Zip(embeddings, (i, e) => (TextHash.Of(masked[i]), e.Vector))], cancellationToken);
            foreach ((int place, int i) in filled.Index())
            {
                answers[i] = Describe(live, answers[i], embeddings[place].Vector.Span, found[place]);
            }
        }

        return new ClassifyResult(techCenter, model.Manifest.Version, answers);
    }

    // Of records each text is a row as a JSON object; the columns that the model does not know are passed over.
    private ClassifiedText[] AnswerRecords(ClassifyRequest request, IReadOnlyList<string> texts, LiveModel live, RecordMix mix, CancellationToken cancellationToken)
    {
        string[] rows =
        [
            .. texts.Select((text, i) => summaries.BuildRecord(text, mix.Columns.Select(column => column.Name)) is { Length: > 0 } row
                ? row
                : throw RequestException.Invalid(Field(request, i), $"The model is of records: the text must be a JSON object with some of the columns {string.Join(", ", mix.Columns.Select(column => column.Name))}.")),
        ];
        ReadOnlyMemory<float>[] vectors = [.. rows.Select(row => live.Model.VectorOf(row, default))];
        IReadOnlyList<ClusterAssignment> found = live.Model.Classify([.. rows.Zip(vectors, (row, vector) => (TextHash.Of(row), vector))], cancellationToken);
        return [.. rows.Select((row, i) => Describe(live, Unclustered(row), vectors[i].Span, found[i]))];
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
    private static ClassifiedText Unclustered(string summary) => new()
    {
        Summary = summary,
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
/// <param name="Version">The model version that answers, whatever its stage; null for the one that serves.</param>
public sealed record ClassifyRequest(string? TechCenter = null, string? Text = null, IReadOnlyList<string>? Texts = null, string? Version = null);

/// <summary>The answer to a <see cref="ClassifyRequest"/>.</summary>
/// <param name="TechCenter">The tech center whose model answered.</param>
/// <param name="Version">The model version that answered.</param>
/// <param name="Texts">One answer per text, in order.</param>
public sealed record ClassifyResult(string TechCenter, string Version, IReadOnlyList<ClassifiedText> Texts);

/// <summary>Where one text belongs, and why.</summary>
public sealed record ClassifiedText
{
    /// <summary>The text as the model sees it: cleaned and masked. Empty where nothing was left of it.</summary>
    public required string Summary { get; init; }

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
