namespace Pipeline.Storage;

/// <summary>
/// The database behind the pipeline's tables. What is done with them are the ports of the capabilities: one object implements them all.
/// Every method that writes is one transaction: after a crash it has happened wholly or not at all. Numbers and tech centers compare ordinally; all times are UTC.
/// </summary>
public interface IWarehouse
{
    /// <summary>
    /// Creates the tables that are missing, which the first use does as well, and each further one until it succeeds: a host starts without asking,
    /// and a command asks first, to tell at once what is wrong. Safe to call at every start.
    /// </summary>
    /// <exception cref="WarehouseException">The warehouse cannot be opened.</exception>
    Task InitializeAsync(CancellationToken cancellationToken = default);
}

/// <summary>Small named values of the pipeline's own, kept in the warehouse.</summary>
public interface ISettingsTable
{
    /// <summary>Stores a small named value of the pipeline's own, such as the column mapping of a source.</summary>
    Task SetSettingAsync(string name, string value, CancellationToken cancellationToken = default);

    /// <summary>The value stored under <paramref name="name"/>; null where there is none.</summary>
    Task<string?> GetSettingAsync(string name, CancellationToken cancellationToken = default);
}

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
