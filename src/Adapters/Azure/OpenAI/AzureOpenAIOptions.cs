using System.Globalization;

namespace Pipeline.Adapters.Azure.OpenAI;

/// <summary>How Azure OpenAI is reached and used: the settings under <c>AzureOpenAI</c>.</summary>
public sealed record AzureOpenAIOptions
{
    /// <summary>The name of the settings' section.</summary>
    public const string Section = "AzureOpenAI";

    // The dimensions that the models make when they are not asked for fewer.
    private static readonly Dictionary<string, int> OwnDimensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["text-embedding-3-large"] = 3072,
        ["text-embedding-3-small"] = 1536,
        ["text-embedding-ada-002"] = 1536,
    };

    /// <summary>The resource's address, such as <c>https://NAME.openai.azure.com/</c>.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>A key of the resource; null or empty for the managed identity.</summary>
    public string? ApiKey { get; init; }

    /// <summary>What the identity's token is asked for. The older <c>https://cognitiveservices.azure.com/.default</c> is accepted by Azure OpenAI resources too.</summary>
    public string Scope { get; init; } = "https://ai.azure.com/.default";

    /// <summary>The name of the deployment that embeds.</summary>
    public string EmbeddingDeployment { get; init; } = "";

    /// <summary>The model behind that deployment, by which stored vectors are told apart; null or empty where the deployment has the model's name.</summary>
    public string? EmbeddingModel { get; init; }

    /// <summary>The length of the vectors, 1 to 8192; null for the model's own.</summary>
    public int? Dimensions { get; init; }

    /// <summary>The name of the deployment that names clusters.</summary>
    public string ChatDeployment { get; init; } = "";

    /// <summary>Tokens of embedding requests in any minute, 8,192 or more: the deployment's quota, or this program's part of it.</summary>
    public int TokensPerMinute { get; init; } = 120_000;

    /// <summary>Embedding requests in any minute, 1 or more.</summary>
    public int RequestsPerMinute { get; init; } = 720;

    /// <summary>Tokens of naming requests in any minute, 8,192 or more.</summary>
    public int ChatTokensPerMinute { get; init; } = 50_000;

    /// <summary>Naming requests in any minute, 1 or more.</summary>
    public int ChatRequestsPerMinute { get; init; } = 300;

    /// <summary>The most texts of one embedding request, 1 to 2048, which is the service's own limit.</summary>
    public int TextsPerRequest { get; init; } = 2048;

    /// <summary>Naming requests under way at once, 1 to 64.</summary>
    public int ConcurrentChats { get; init; } = 4;

    /// <summary>How often a request is sent before it counts as failed, 1 to 20.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>The pause before the second attempt in seconds where the service names none, 0 to 60; it doubles each time up to a minute.</summary>
    public double FirstRetrySeconds { get; init; } = 1;

    /// <summary>How long one attempt may take in seconds, above 0 to 600.</summary>
    public double TimeoutSeconds { get; init; } = 100;

    /// <summary>The model's name.</summary>
    internal string Model => string.IsNullOrWhiteSpace(EmbeddingModel) ? EmbeddingDeployment : EmbeddingModel;

    /// <summary>The length of every vector.</summary>
    internal int ResolvedDimensions => Dimensions ?? OwnDimensions[Model];

    /// <summary>The address of the v1 interface.</summary>
    internal Uri V1 => new($"{Endpoint.TrimEnd('/')}/openai/v1/");

    /// <summary>Checks what embedding needs.</summary>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public void ValidateEmbedding()
    {
        ValidateConnection();
        Demand(EmbeddingDeployment, nameof(EmbeddingDeployment), "the deployment that embeds");
        if (Dimensions is null && !OwnDimensions.ContainsKey(Model))
        {
            throw new SettingException(Name(nameof(Dimensions)), $"is empty, and the dimensions of '{Model}' are not known; give them, or set {Name(nameof(EmbeddingModel))} to one of {string.Join(", ", OwnDimensions.Keys.Order(StringComparer.Ordinal))}.");
        }

        Range(Dimensions, 1, 8192, nameof(Dimensions));
        Range(TokensPerMinute, 8192, int.MaxValue, nameof(TokensPerMinute));
        Range(RequestsPerMinute, 1, int.MaxValue, nameof(RequestsPerMinute));
        Range(TextsPerRequest, 1, 2048, nameof(TextsPerRequest));
    }

    /// <summary>Checks what naming needs.</summary>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public void ValidateNaming()
    {
        ValidateConnection();
        Demand(ChatDeployment, nameof(ChatDeployment), "the deployment that names clusters");
        Range(ChatTokensPerMinute, 8192, int.MaxValue, nameof(ChatTokensPerMinute));
        Range(ChatRequestsPerMinute, 1, int.MaxValue, nameof(ChatRequestsPerMinute));
        Range(ConcurrentChats, 1, 64, nameof(ConcurrentChats));
    }

    private void ValidateConnection()
    {
        Demand(Endpoint, nameof(Endpoint), "the resource's address, such as https://NAME.openai.azure.com/");
        if (!Uri.TryCreate(Endpoint, UriKind.Absolute, out Uri? address) || !IsSafe(address))
        {
            throw new SettingException(Name(nameof(Endpoint)), $"is '{Endpoint}'; it must be an https address, such as https://NAME.openai.azure.com/.");
        }

        if (address.AbsolutePath.Contains("/openai", StringComparison.OrdinalIgnoreCase))
        {
            throw new SettingException(Name(nameof(Endpoint)), $"is '{Endpoint}'; leave out what comes after the host's name, openai/v1/ is added.");
        }

        Demand(Scope, nameof(Scope), "the scope of the identity's token");
        Range(Attempts, 1, 20, nameof(Attempts));
        Range(FirstRetrySeconds, 0, 60, nameof(FirstRetrySeconds));
        Range(TimeoutSeconds, 0.001, 600, nameof(TimeoutSeconds));
    }

    // Texts and keys travel in the clear to this machine only.
    private static bool IsSafe(Uri address) =>
        string.Equals(address.Scheme, Uri.UriSchemeHttps, StringComparison.Ordinal) || (address.IsLoopback && string.Equals(address.Scheme, Uri.UriSchemeHttp, StringComparison.Ordinal));

    private static void Demand(string value, string name, string meaning)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            throw new SettingException(Name(name), $"is missing; it is {meaning}.");
        }
    }

    private static void Range(double? value, double lowest, double highest, string name)
    {
        if (value is double given && !(given >= lowest && given <= highest))
        {
            throw new SettingException(Name(name), string.Create(CultureInfo.InvariantCulture, $"is {given}; it must be from {lowest} to {highest}."));
        }
    }

    private static string Name(string name) => $"{Section}:{name}";
}
