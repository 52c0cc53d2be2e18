namespace Pipeline.Adapters.Azure.OpenAI;

/// <summary>Why a request to Azure OpenAI came to nothing.</summary>
internal enum OpenAIFailure
{
    /// <summary>What was sent is refused, whoever sends it and whenever.</summary>
    Refused,

    /// <summary>The settings or the rights are wrong: no request will succeed.</summary>
    Misconfigured,

    /// <summary>The service does not answer, or not in the form it should, for now.</summary>
    Unavailable,
}
