namespace Pipeline.Adapters.BigQuery;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, as BigQuery's schemas write it.</param>
/// <param name="Mode">NULLABLE, REQUIRED or REPEATED.</param>
public sealed record StagedColumn(string Name, string Type, string Mode = StagedColumn.Required)
{
    /// <summary>A column without NULL.</summary>
    public const string Required = "REQUIRED";

    /// <summary>A column that may be NULL.</summary>
    public const string Nullable = "NULLABLE";

    /// <summary>A column of arrays.</summary>
    public const string Repeated = "REPEATED";
}
