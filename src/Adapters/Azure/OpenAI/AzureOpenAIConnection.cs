using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;

namespace Pipeline.Adapters.Azure.OpenAI;

/// <summary>The way to an Azure OpenAI resource's v1 interface, by managed identity or by key. A key that changes in the settings is taken up at once.</summary>
public sealed class AzureOpenAIConnection : IDisposable
{
    private readonly OpenAIClient _client;
    private readonly IDisposable? _rotation;

    /// <summary>Prepares the way; nothing is sent.</summary>
    /// <param name="options">The checked options.</param>
    /// <param name="configuration">Where a changed key is read; null where it never changes.</param>
    public AzureOpenAIConnection(AzureOpenAIOptions options, IConfiguration? configuration = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        OpenAIClientOptions client = new()
        {
            Endpoint = options.V1,
            NetworkTimeout = TimeSpan.FromSeconds(options.TimeoutSeconds),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        };
        if (string.IsNullOrEmpty(options.ApiKey))
        {
#pragma warning disable OPENAI001 // Signing in by token is marked as experimental in the package; it is the way that the v1 interface documents.
            _client = new OpenAIClient(new BearerTokenPolicy(AzureIdentity.Create(), options.Scope), client);
#pragma warning restore OPENAI001
            return;
        }

        ApiKeyCredential key = new(options.ApiKey);
        _client = new OpenAIClient(key, client);
        if (configuration is not null)
        {
            _rotation = ChangeToken.OnChange(configuration.GetReloadToken, () =>
            {
                if (configuration[$"{AzureOpenAIOptions.Section}:{nameof(options.ApiKey)}"] is { Length: > 0 } changed)
                {
                    key.Update(changed);
                }
            });
        }
    }

    /// <summary>The options.</summary>
    public AzureOpenAIOptions Options { get; }

    /// <inheritdoc/>
    public void Dispose() => _rotation?.Dispose();

    internal EmbeddingClient Embeddings() => _client.GetEmbeddingClient(Options.EmbeddingDeployment);

    internal ChatClient Chat() => _client.GetChatClient(Options.ChatDeployment);
}
