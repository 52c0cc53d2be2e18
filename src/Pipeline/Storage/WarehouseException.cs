namespace Pipeline.Storage;

/// <summary>The warehouse could not be read or written. The message says what failed, where, and how to mend it.</summary>
public sealed class WarehouseException : Exception
{
    /// <summary>Creates the exception with a message that says what failed, where, and how to mend it.</summary>
    public WarehouseException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message that says what failed, where, and how to mend it, and its cause.</summary>
    public WarehouseException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
