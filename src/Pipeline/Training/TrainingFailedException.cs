namespace Pipeline.Training;

/// <summary>The training of a tech center failed. The message is the reason.</summary>
public sealed class TrainingFailedException : Exception
{
    /// <summary>Makes the exception without a reason.</summary>
    public TrainingFailedException()
    {
    }

    /// <summary>Makes the exception with its reason.</summary>
    public TrainingFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with its reason and cause.</summary>
    public TrainingFailedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
