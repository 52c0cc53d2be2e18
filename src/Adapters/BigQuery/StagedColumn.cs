namespace Pipeline.Adapters.BigQuery;

/// <summary>A column of a staging table.</summary>
/// <param name="Name">Its name, that of the table it goes to where there is one.</param>
/// <param name="Type">Its type, as BigQuery's schemas write it.</param>
/// <param name="Mode">NULLABLE, REQUIRED or REPEATED.</param>
internal sealed record StagedColumn(string Name, string Type, string Mode = StagedColumn.Required)
{
    public const string Required = "REQUIRED";
    public const string Nullable = "NULLABLE";
    public const string Repeated = "REPEATED";
}
