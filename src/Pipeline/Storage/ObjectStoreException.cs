namespace Pipeline.Storage;

/// <summary>The object store could not be read or written. The message says what failed, where, and how to mend it.</summary>
public sealed class ObjectStoreException : Exception
{
    /// <summary>Creates the exception with a message that says what failed, where, and how to mend it.</summary>
    public ObjectStoreException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message that says what failed, where, and how to mend it, and its cause.</summary>
    public ObjectStoreException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
