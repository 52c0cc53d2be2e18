namespace Pipeline.Adapters.Azure.OpenAI;

/// <summary>What is counted about requests to Azure OpenAI.</summary>
internal enum OpenAICallEvent
{
    /// <summary>A request was sent.</summary>
    Sent,

    /// <summary>Tokens were charged.</summary>
    Charged,

    /// <summary>The service asked for fewer requests.</summary>
    Throttled,
}
