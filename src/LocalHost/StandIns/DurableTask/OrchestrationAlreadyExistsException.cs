namespace DurableTask.Core.Exceptions;

/// <summary>An instance of that id has not ended yet.</summary>
public class OrchestrationAlreadyExistsException : InvalidOperationException
{
    /// <summary>Without words.</summary>
    public OrchestrationAlreadyExistsException()
    {
    }

    /// <summary>With a message.</summary>
    public OrchestrationAlreadyExistsException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and a cause.</summary>
    public OrchestrationAlreadyExistsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
