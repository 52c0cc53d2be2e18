using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Pipeline.Requests;

namespace Pipeline.Datasets;

/// <summary>
/// A data set: rows of one kind with what holds for them. Rows of all data sets go the same way; those of another than <see cref="Incidents"/> have its name and a slash before their number and their partition,
/// so that each partition has a model of its own, as a tech center has.
/// </summary>
public sealed partial record Dataset
{
    /// <summary>The data set that is always there: incidents, each a text of its tech center.</summary>
    public const string Incidents = "incidents";

    /// <summary>The data set of the household survey, which comes with the program.</summary>
    public const string Survey = "household-survey";

    /// <summary>What takes the name of the embedder where rows are records: a model's own encoder makes their vectors.</summary>
    public const string RecordsEmbedder = "records";

    private const int LongestRetention = 36_500;

    /// <summary>Its name: up to 40 lower-case letters, digits and dashes.</summary>
    public required string Name { get; init; }

    /// <summary>What its rows are.</summary>
    public DatasetKind Kind { get; init; }

    /// <summary>The JSON Schema (2020-12 unless it names another) that a row must satisfy, as an object of its columns; null where any row will do. Records need one: its properties are the columns.</summary>
    public JsonElement? Schema { get; init; }

    /// <summary>Whether one bad row refuses the whole batch; otherwise bad rows are kept aside and the others are stored.</summary>
    public bool Strict { get; init; }

    /// <summary>The column by which rows are divided, each part with a model of its own, such as the tech center; null where they are not, or of incidents where the source's is meant.</summary>
    public string? PartitionColumn { get; init; }

    /// <summary>The column with the row's number, its identity within the data set; null for numbers that are looked for, or derived from the row.</summary>
    public string? NumberColumn { get; init; }

    /// <summary>The column with the row's date; null where records have none, or of texts where the source's is meant.</summary>
    public string? CreatedColumn { get; init; }

    /// <summary>The column with the date of the last change: of a number's versions the newest wins; null where there is none, or of texts where the source's is meant.</summary>
    public string? UpdatedColumn { get; init; }

    /// <summary>Of texts the columns that are read; null for the source's.</summary>
    public IReadOnlyList<string>? TextColumns { get; init; }

    /// <summary>How many days older than the newest row a row is when it goes to the archive, 1 to 36,500; null leaves that to the settings.</summary>
    public int? RetentionDays { get; init; }

    /// <summary>The columns that a model of records learns from: the properties of the schema but the number, the dates of the row, the partition, and those whose <c>x-encoding</c> is <c>none</c>.</summary>
    [JsonIgnore]
    public IReadOnlyList<RecordColumn> Columns => Kind == DatasetKind.Records && Schema is { } schema
        ? [.. SchemaColumns.Of(schema).Where(column => ((string?[])[NumberColumn, CreatedColumn, UpdatedColumn, PartitionColumn]).All(own => !string.Equals(own, column.Name, StringComparison.OrdinalIgnoreCase)))]
        : [];

    private bool IsDefault => string.Equals(Name, Incidents, StringComparison.Ordinal);

    /// <summary>The number under which a row is stored: unique among all data sets.</summary>
    public string NumberOf(string number) => IsDefault ? number : $"{Name}/{number}";

    /// <summary>The tech center that stands for a partition.</summary>
    /// <param name="partition">The partition; null or empty where the row has none.</param>
    /// <param name="otherwise">The tech center of incidents that have none.</param>
    public string TechCenterOf(string? partition, string otherwise) => (IsDefault, partition) switch
    {
        (true, null or "") => otherwise,
        (true, _) => partition,
        (false, null or "") => Name,
        _ => $"{Name}/{partition}",
    };

    /// <summary>Whether rows of a tech center are this data set's.</summary>
    public bool Owns(string techCenter)
    {
        ArgumentNullException.ThrowIfNull(techCenter);
        return !IsDefault && techCenter.StartsWith(Name, StringComparison.Ordinal) && (techCenter.Length == Name.Length || techCenter[Name.Length] == '/');
    }

    /// <summary>The embedder's name of this data set's preprocessed rows.</summary>
    /// <param name="embedder">That of texts.</param>
    public string EmbedderOr(string embedder) => Kind == DatasetKind.Records ? RecordsEmbedder : embedder;

    /// <summary>Checks the definition.</summary>
    /// <exception cref="RequestException">A field is wrong; the message names it and the fix.</exception>
    public void Validate()
    {
        if (!NameForm().IsMatch(Name) || Name is "uploads" or "none" or "all")
        {
            throw RequestException.Invalid("name", "The name of a data set is 1 to 40 lower-case letters, digits and dashes, begins and ends with a letter or digit, and is not 'uploads', 'none' or 'all'.");
        }

        if (RetentionDays is < 1 or > LongestRetention)
        {
            throw RequestException.Invalid("retentionDays", string.Create(CultureInfo.InvariantCulture, $"retentionDays is {RetentionDays}; it must be from 1 to {LongestRetention}, or be left out."));
        }

        if (Kind == DatasetKind.Records && IsDefault)
        {
            throw RequestException.Invalid("kind", $"The data set '{Incidents}' is of texts. Add another one for records.");
        }

        if (Kind == DatasetKind.Records && TextColumns is { Count: > 0 })
        {
            throw RequestException.Invalid("textColumns", "Records have no text columns. Leave them out, or make the data set of the kind text.");
        }

        ValidateSchema();
    }

    private void ValidateSchema()
    {
        if (Schema is not { } schema)
        {
            if (Kind == DatasetKind.Records)
            {
                throw RequestException.Invalid("schema", "Records need a JSON Schema, whose properties are the columns.");
            }

            return;
        }

        _ = new DatasetSchema(schema);
        if (Kind == DatasetKind.Records && Columns.Count == 0)
        {
            throw RequestException.Invalid("schema", "The schema has no column to learn from. Give properties with a type of number, integer, boolean or string beside those of the number, the dates and the partition.");
        }
    }

    [GeneratedRegex("^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NameForm();
}

/// <summary>What the rows of a data set are.</summary>
public enum DatasetKind
{
    /// <summary>Texts, which an embedder turns into vectors.</summary>
    Text,

    /// <summary>Records of numbers and categories, which are encoded.</summary>
    Records,
}

/// <summary>The kinds of data sets by name.</summary>
public static class DatasetKinds
{
    /// <summary>The kind of this name.</summary>
    /// <exception cref="RequestException">There is none.</exception>
    public static DatasetKind Parse(string kind) => kind switch
    {
        "text" => DatasetKind.Text,
        "records" => DatasetKind.Records,
        _ => throw RequestException.Invalid("kind", $"The kind is '{kind}'; it must be text or records."),
    };
}
