namespace Pipeline.Adapters.Azure.OpenAI;

/// <summary>A request to Azure OpenAI failed for good. The message quotes nothing of what was sent.</summary>
internal sealed class OpenAICallException(OpenAIFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public OpenAIFailure Failure { get; } = failure;
}
