using System.ClientModel;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using OpenAI.Chat;
using Pipeline.Preprocessing;
using Pipeline.Telemetry;
using Pipeline.Training;

namespace Pipeline.Adapters.Azure.OpenAI;

/// <summary>
/// Names groups by a chat deployment of Azure OpenAI, which sees their keywords and a few masked examples and answers in a fixed form. A group whose answer is
/// missing or breaks the rules (<see cref="LabelRules"/>) is named by its keywords, and so are all where the service fails: naming never stops a training.
/// </summary>
public sealed partial class AzureOpenAILabeller : IClusterLabeller, IDisposable
{
    private const int GroupsPerRequest = 10;

    // Ten names are some 500 tokens; a model that reasons takes more before. With the longest question it stays within the smallest budget of a deployment.
    private const int MostAnswerTokens = 4096;

    private readonly ChatClient _client;
    private readonly AzureOpenAIOptions _options;
    private readonly LabelRules _rules;
    private readonly ILogger<AzureOpenAILabeller> _logger;
    private readonly RequestBudget _budget;
    private readonly OpenAICalls _calls;
    private readonly KeywordLabeller _keywords = new();

    /// <summary>Creates a labeller; nothing is sent before it is used.</summary>
    /// <param name="connection">The way to the resource.</param>
    /// <param name="masker">Finds personal data in names.</param>
    /// <param name="clock">The clock of budget and pauses.</param>
    /// <param name="logger">Is told how many groups were named by their keywords.</param>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public AzureOpenAILabeller(AzureOpenAIConnection connection, Masker masker, TimeProvider clock, ILogger<AzureOpenAILabeller> logger)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(masker);
        _options = connection.Options;
        _options.ValidateNaming();
        _client = connection.Chat();
        _rules = new LabelRules(masker);
        _logger = logger;
        _budget = new RequestBudget(_options.ChatRequestsPerMinute, _options.ChatTokensPerMinute, clock);
        _calls = new OpenAICalls($"The deployment '{_options.ChatDeployment}'", _budget, _options, clock);
    }

    /// <inheritdoc/>
    /// <remarks>The names depend on the answers alone, not on the order in which they come.</remarks>
    public async Task<IReadOnlyList<GroupLabel>> LabelAsync(IReadOnlyList<ClusterDescription> groups, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(groups);
        GroupLabel?[] labels = new GroupLabel?[groups.Count];
        string? failure = null;
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = _options.ConcurrentChats, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, groups.Count).Chunk(GroupsPerRequest), parallel, async (ids, token) =>
        {
            // What does not answer once, after all attempts, is not asked again for every group.
            if (Volatile.Read(ref failure) is null && await TryNameAsync(groups, ids, labels, token) is string reason)
            {
                Volatile.Write(ref failure, reason);
            }
        });
        int unnamed = labels.Count(label => label is null);
        if (unnamed > 0)
        {
            LogNamedByKeywords(unnamed, groups.Count, failure ?? "answers were missing or broke the rules for names");
        }

        IReadOnlyList<GroupLabel> fallback = await _keywords.LabelAsync(groups, cancellationToken);
        return [.. labels.Zip(fallback, (label, keywords) => label ?? keywords)];
    }

    /// <inheritdoc/>
    public void Dispose() => _budget.Dispose();

    // Answers with why the service cannot be used; null where it can, whatever it answered.
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Naming has a fallback for whatever fails.")]
    private async Task<string?> TryNameAsync(IReadOnlyList<ClusterDescription> groups, int[] ids, GroupLabel?[] labels, CancellationToken cancellationToken)
    {
        try
        {
            await NameAsync(groups, ids, labels, cancellationToken);
            return null;
        }
        catch (OpenAICallException e)
        {
            return e.Message;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return e.GetType().Name;
        }
    }

    // A refusal may be about one group's examples: the others are named without it.
    private async Task NameAsync(IReadOnlyList<ClusterDescription> groups, int[] ids, GroupLabel?[] labels, CancellationToken cancellationToken)
    {
        try
        {
            string message = LabelMessages.Describe(ids.Select(id => (id, groups[id])));
            // The service counts the longest answer that it may give against the quota, before it gives one.
            int tokens = TokenEstimate.Of(LabelMessages.Instructions) + TokenEstimate.Of(message) + MostAnswerTokens;
            IReadOnlyList<LabelMessages.Proposal> proposals = await _calls.SendAsync(tokens, token => SendAsync(message, token), cancellationToken);
            foreach (LabelMessages.Proposal proposal in proposals.Where(p => ids.Contains(p.Id)).DistinctBy(p => p.Id))
            {
                if (_rules.Accept(proposal.Name, LabelRules.LongestName) is string name)
                {
                    labels[proposal.Id] = new GroupLabel(name, _rules.Accept(proposal.Domain, LabelRules.LongestDomain));
                }
            }
        }
        catch (OpenAICallException e) when (e.Failure == OpenAIFailure.Refused)
        {
            if (ids.Length > 1)
            {
                await NameAsync(groups, ids[..(ids.Length / 2)], labels, cancellationToken);
                await NameAsync(groups, ids[(ids.Length / 2)..], labels, cancellationToken);
            }
        }
    }

    private async Task<(IReadOnlyList<LabelMessages.Proposal> Answer, int Tokens)> SendAsync(string message, CancellationToken cancellationToken)
    {
        ChatCompletionOptions options = new()
        {
            ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("group_names", LabelMessages.Schema, jsonSchemaIsStrict: true),
            MaxOutputTokenCount = MostAnswerTokens,
        };
        ClientResult<ChatCompletion> result = await _client.CompleteChatAsync([new SystemChatMessage(LabelMessages.Instructions), new UserChatMessage(message)], options, cancellationToken);
        ChatCompletion completion = result.Value;
        if (completion.FinishReason is ChatFinishReason.ContentFilter or ChatFinishReason.Length || completion.Refusal is { Length: > 0 })
        {
            throw new OpenAICallException(OpenAIFailure.Refused, completion.FinishReason.ToString());
        }

        return (LabelMessages.Read(string.Concat(completion.Content.Select(part => part.Text))), completion.Usage?.TotalTokenCount ?? TokenEstimate.Of(message));
    }

    [LoggerMessage(PipelineEvents.NamedByKeywords, LogLevel.Warning, "{Unnamed} of {Groups} groups are named by their keywords: {Reason}")]
    private partial void LogNamedByKeywords(int unnamed, int groups, string reason);
}
