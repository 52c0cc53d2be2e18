namespace Pipeline.Models;

/// <summary>A model version cannot be published or read. The message says which, why, and what to do.</summary>
public sealed class ModelException : Exception
{
    /// <summary>Makes the exception without a message of its own.</summary>
    public ModelException()
    {
    }

    /// <summary>Makes the exception.</summary>
    public ModelException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with its cause.</summary>
    public ModelException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
