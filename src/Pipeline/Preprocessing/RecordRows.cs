using System.Security.Cryptography;
using System.Text;
using Pipeline.Datasets;
using Pipeline.Incidents;

namespace Pipeline.Preprocessing;

/// <summary>
/// Makes preprocessed rows of records: the summary is the masked row itself, as a JSON object of the columns that are learned from, and there is no embedding, since a model's own encoder makes the vectors of it.
/// </summary>
internal sealed class RecordRows(SummaryBuilder summaries, IReadOnlyList<Dataset> datasets)
{
    // No warehouse keeps a vector without numbers.
    private static readonly float[] NoEmbedding = [0];

    private readonly Dictionary<string, string[]> _columns = datasets.Where(dataset => dataset.Kind == DatasetKind.Records)
        .ToDictionary(dataset => dataset.Name, dataset => dataset.Columns.Select(column => column.Name).ToArray(), StringComparer.Ordinal);

    /// <summary>The data sets whose rows are records.</summary>
    public IEnumerable<Dataset> Datasets => datasets.Where(dataset => dataset.Kind == DatasetKind.Records);

    /// <summary>Whether a row is a record.</summary>
    public bool Has(Incident incident) => Datasets.Any(dataset => dataset.Owns(incident.TechCenter));

    /// <summary>The preprocessed row of a record, or why there is none.</summary>
    public (PreprocessedIncident? Row, string? Problem) Of(Incident incident)
    {
        Dataset dataset = DatasetCatalog.OwnerOf(incident.TechCenter, datasets);
        string? summary = incident.Texts is [string json] ? summaries.BuildRecord(json, _columns[dataset.Name]) : null;
        return summary switch
        {
            null => (null, $"The row is no record, and its tech center has the name of the data set '{dataset.Name}'. Give the tech center another name."),
            "" => (null, $"The row has none of the columns that '{dataset.Name}' learns from. Fill them in."),
            _ => (new PreprocessedIncident
            {
                Number = incident.Number,
                CreatedOn = incident.CreatedOn,
                TechCenter = incident.TechCenter,
                Summary = summary,
                ContentHash = TextHash.Of(summary),
                Embedder = Dataset.RecordsEmbedder,
                Embedding = NoEmbedding,
            }, null),
        };
    }

    /// <summary>Names the columns that a data set learns from: rows that were made of others are out of date.</summary>
    public static string WatermarkOf(Dataset dataset)
    {
        string columns = string.Join('\n', dataset.Columns.Select(column => column.Name));
        return $"preprocess:{Dataset.RecordsEmbedder}:{dataset.Name}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(columns)))[..16]}";
    }
}
