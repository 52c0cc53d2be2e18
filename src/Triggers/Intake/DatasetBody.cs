using System.Text.Json;
using Pipeline.Datasets;
using Pipeline.Requests;

namespace Pipeline.Triggers;

/// <summary>The body of a request that defines a data set; the fields are those of <see cref="Dataset"/>.</summary>
internal sealed record DatasetBody(
    string? Name = null,
    string? Kind = null,
    JsonElement? Schema = null,
    bool? Strict = null,
    string? PartitionColumn = null,
    string? NumberColumn = null,
    string? CreatedColumn = null,
    string? UpdatedColumn = null,
    IReadOnlyList<string>? TextColumns = null,
    int? RetentionDays = null)
{
    /// <summary>The definition.</summary>
    /// <param name="name">The name that the address has; null where only the body names the data set.</param>
    /// <exception cref="RequestException">The name is missing or differs from the address, or the kind is unknown.</exception>
    public Dataset Define(string? name)
    {
        if (name is not null && Name is not null && !string.Equals(name, Name, StringComparison.Ordinal))
        {
            throw RequestException.Invalid("name", $"The body names the data set '{Name}', the address '{name}'. Leave the name out of the body, or write the same.");
        }

        return new Dataset
        {
            Name = name ?? Name ?? throw RequestException.Invalid("name", "The name of the data set is missing."),
            Kind = DatasetKinds.Parse(Kind ?? "text"),
            Schema = Schema,
            Strict = Strict ?? false,
            PartitionColumn = PartitionColumn,
            NumberColumn = NumberColumn,
            CreatedColumn = CreatedColumn,
            UpdatedColumn = UpdatedColumn,
            TextColumns = TextColumns,
            RetentionDays = RetentionDays,
        };
    }
}
