using System.ClientModel;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.AI;
using OpenAI.Embeddings;
using Pipeline.Preprocessing;
using Pipeline.Telemetry;
using ApiOptions = OpenAI.Embeddings.EmbeddingGenerationOptions;
using EmbeddingGenerationOptions = Microsoft.Extensions.AI.EmbeddingGenerationOptions;

namespace Pipeline.Adapters.Azure.OpenAI;

/// <summary>
/// Embeds texts by a deployment of Azure OpenAI, in batches bounded by tokens and count, within the budget of each minute.
/// A text over the model's limit is cut: to the first 16,382 bytes of its UTF-8, and should the model still count more than 8,191 tokens, to the first 8,191 bytes.
/// A batch that is refused is halved until the refused texts are alone; the others are embedded all the same.
/// </summary>
public sealed class AzureOpenAIEmbedder : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <summary>The service takes no more in one request.</summary>
    private const int TokensPerRequest = 250_000;

    /// <summary>When the first so many texts are all refused, the fault is not theirs.</summary>
    private const int RefusalsWithoutSuccess = 8;

    private readonly EmbeddingClient _client;
    private readonly AzureOpenAIOptions _options;
    private readonly RequestBudget _budget;
    private readonly OpenAICalls _calls;
    private readonly EmbeddingGeneratorMetadata _metadata;

    /// <summary>Creates an embedder; nothing is sent before it is used.</summary>
    /// <param name="connection">The way to the resource.</param>
    /// <param name="clock">The clock of budget and pauses.</param>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public AzureOpenAIEmbedder(AzureOpenAIConnection connection, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(connection);
        _options = connection.Options;
        _options.ValidateEmbedding();
        _client = connection.Embeddings();
        _budget = new RequestBudget(_options.RequestsPerMinute, _options.TokensPerMinute, clock);
        _calls = new OpenAICalls($"The deployment '{_options.EmbeddingDeployment}'", _budget, _options, clock, Count);
        string id = string.Create(CultureInfo.InvariantCulture, $"azure-openai-{_options.Model}-{_options.ResolvedDimensions}");
        _metadata = new EmbeddingGeneratorMetadata("azure.ai.openai", _options.V1, id, _options.ResolvedDimensions);
    }

    /// <summary>The name under which the vectors are stored, such as <c>azure-openai-text-embedding-3-small-1536</c>.</summary>
    public string ModelId => _metadata.DefaultModelId!;

    /// <inheritdoc/>
    /// <remarks>
    /// The texts' order is kept. The options may ask for this embedder's own number of dimensions only; <see cref="IncrementalEmbeddingOptions"/> are told the
    /// embeddings of each request before the next is sent.
    /// </remarks>
    /// <exception cref="TextsRefusedException">Some texts were refused; it carries the embeddings of the others.</exception>
    /// <exception cref="EmbedderException">The service does not answer, or not as configured.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.Dimensions is { } asked && asked != _options.ResolvedDimensions)
        {
            throw new ArgumentException($"{asked} dimensions are asked for, but this embedder makes {_options.ResolvedDimensions}.", nameof(options));
        }

        Work work = new([.. values.Select(text => TokenEstimate.Cut(text, TokenEstimate.LikelyBytes))], options as IncrementalEmbeddingOptions);
        try
        {
            foreach (Range batch in Batches(work))
            {
                await EmbedAsync(work, batch.Start.Value, batch.End.Value, cancellationToken);
            }
        }
        catch (OpenAICallException e)
        {
            throw new EmbedderException(e.Message, e);
        }

        return work.Refused.Count == 0 ? new GeneratedEmbeddings<Embedding<float>>(work.Made!) : throw new TextsRefusedException(work.Made, work.Refused);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
        {
            return null;
        }

        return serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _budget.Dispose();

    // An empty text is refused by the service together with all others of its request: it is kept out.
    private IEnumerable<Range> Batches(Work work)
    {
        int mostTokens = Math.Min(TokensPerRequest, _options.TokensPerMinute);
        int start = 0;
        int tokens = 0;
        for (int i = 0; i < work.Texts.Length; i++)
        {
            int next = TokenEstimate.Of(work.Texts[i]);
            bool empty = string.IsNullOrWhiteSpace(work.Texts[i]);
            if (empty)
            {
                work.Refused[i] = "The text is empty.";
            }

            if (i > start && (empty || tokens + next > mostTokens || i - start == _options.TextsPerRequest))
            {
                yield return start..i;
                (start, tokens) = (i, 0);
            }

            (start, tokens) = empty ? (i + 1, 0) : (start, tokens + next);
        }

        if (start < work.Texts.Length)
        {
            yield return start..work.Texts.Length;
        }
    }

    private async Task EmbedAsync(Work work, int start, int end, CancellationToken cancellationToken)
    {
        try
        {
            string[] texts = work.Texts[start..end];
            OpenAIEmbeddingCollection answer = await _calls.SendAsync(texts.Sum(TokenEstimate.Of), token => SendAsync(texts, token), cancellationToken);
            await work.TakeAsync(answer.ToDictionary(e => start + e.Index, e => new Embedding<float>(e.ToFloats()) { ModelId = ModelId }));
        }
        catch (OpenAICallException e) when (e.Failure == OpenAIFailure.Refused)
        {
            if (end - start > 1)
            {
                int middle = start + ((end - start) / 2);
                await EmbedAsync(work, start, middle, cancellationToken);
                await EmbedAsync(work, middle, end, cancellationToken);
            }
            else if (Encoding.UTF8.GetByteCount(work.Texts[start]) > TokenEstimate.CertainBytes)
            {
                work.Texts[start] = TokenEstimate.Cut(work.Texts[start], TokenEstimate.CertainBytes);
                await EmbedAsync(work, start, end, cancellationToken);
            }
            else
            {
                Refuse(work, start, e);
            }
        }
    }

    private static void Refuse(Work work, int index, OpenAICallException refusal)
    {
        work.Refused[index] = refusal.Message;
        if (!work.Succeeded && work.Texts.Length > 1 && work.Refused.Count >= RefusalsWithoutSuccess)
        {
            throw new OpenAICallException(OpenAIFailure.Misconfigured, $"Every text so far is refused, so that the request itself must be wrong. {refusal.Message} Check the model and {AzureOpenAIOptions.Section}:{nameof(AzureOpenAIOptions.Dimensions)}.", refusal);
        }
    }

    private async Task<(OpenAIEmbeddingCollection Answer, int Tokens)> SendAsync(string[] texts, CancellationToken cancellationToken)
    {
        ClientResult<OpenAIEmbeddingCollection> result = await _client.GenerateEmbeddingsAsync(texts, new ApiOptions { Dimensions = _options.Dimensions }, cancellationToken);
        OpenAIEmbeddingCollection answer = result.Value;
        bool[] seen = new bool[texts.Length];
        foreach (OpenAIEmbedding embedding in answer)
        {
            if (embedding.Index < 0 || embedding.Index >= seen.Length || seen[embedding.Index])
            {
                throw new FormatException("The answer's items are not numbered as the texts.");
            }

            seen[embedding.Index] = true;
            int length = embedding.ToFloats().Length;
            if (length != _options.ResolvedDimensions)
            {
                throw new OpenAICallException(OpenAIFailure.Misconfigured, string.Create(
                    CultureInfo.InvariantCulture,
                    $"it answers with {length} dimensions, {_options.ResolvedDimensions} are expected; set {AzureOpenAIOptions.Section}:{nameof(AzureOpenAIOptions.Dimensions)} or {AzureOpenAIOptions.Section}:{nameof(AzureOpenAIOptions.EmbeddingModel)}"));
            }
        }

        return seen.All(s => s) ? (answer, answer.Usage?.InputTokenCount ?? texts.Sum(TokenEstimate.Of)) : throw new FormatException("The answer lacks items.");
    }

    private static void Count(OpenAICallEvent counted, int amount)
    {
        switch (counted)
        {
            case OpenAICallEvent.Sent:
                PipelineMetrics.EmbeddingRequests.Add(amount);
                break;
            case OpenAICallEvent.Charged:
                PipelineMetrics.EmbeddingTokens.Add(amount);
                break;
            default:
                PipelineMetrics.EmbeddingThrottled.Add(amount);
                break;
        }
    }

    /// <summary>One call's texts and what became of them.</summary>
    private sealed class Work(string[] texts, IncrementalEmbeddingOptions? told)
    {
        public string[] Texts { get; } = texts;

        public Embedding<float>?[] Made { get; } = new Embedding<float>?[texts.Length];

        public Dictionary<int, string> Refused { get; } = [];

        public bool Succeeded { get; private set; }

        public async Task TakeAsync(Dictionary<int, Embedding<float>> answer)
        {
            foreach ((int place, Embedding<float> embedding) in answer)
            {
                Made[place] = embedding;
            }

            Succeeded = true;
            await (told?.TellAsync(answer) ?? Task.CompletedTask);
        }
    }
}
