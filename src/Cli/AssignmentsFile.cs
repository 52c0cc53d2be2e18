using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using Pipeline.Classification;
using Pipeline.Incidents;
using Pipeline.LocalHost;

namespace Pipeline.Cli;

/// <summary>Writes each incident's cluster as CSV, in the input's order.</summary>
internal static class AssignmentsFile
{
    private static readonly CsvConfiguration Format = new(CultureInfo.InvariantCulture) { NewLine = "\n" };

    /// <summary>Writes one line per incident; one without a prediction is unclustered.</summary>
    public static async Task WriteAsync(string path, IReadOnlyList<string> numbers, LocalPipeline pipeline, CancellationToken cancellationToken)
    {
        Dictionary<string, IncidentPrediction> predictions = new(StringComparer.Ordinal);
        await foreach (PredictedIncident row in pipeline.Predictions.ReadPredictedAsync(cancellationToken: cancellationToken))
        {
            predictions.Add(row.Prediction.IncidentId, row.Prediction);
        }

        Dictionary<string, string> techCenters = await TechCentersAsync(numbers, predictions, pipeline, cancellationToken);
        await AtomicFile.WriteAsync(path, async stream =>
        {
            await using StreamWriter text = new(stream, leaveOpen: true);
            await using CsvWriter csv = new(text, Format, leaveOpen: true);
            WriteFields(csv, "number", "tech_center", "cluster_id", "cluster_label", "domain_id", "domain_name", "confidence");
            foreach (string number in numbers)
            {
                if (predictions.TryGetValue(number, out IncidentPrediction? p))
                {
                    WriteFields(csv, number, p.TechCenter, Text(p.ClusterId), p.ClusterLabel, Text(p.DomainId), p.DomainName, p.Confidence.ToString("0.####", CultureInfo.InvariantCulture));
                }
                else
                {
                    string none = Text(IncidentPrediction.Unclustered);
                    WriteFields(csv, number, techCenters.GetValueOrDefault(number, ""), none, IncidentPrediction.UnclusteredName, none, IncidentPrediction.UnclusteredName, "0");
                }
            }
        });
    }

    private static string Text(int id) => id.ToString(CultureInfo.InvariantCulture);

    private static void WriteFields(CsvWriter csv, params ReadOnlySpan<string> fields)
    {
        foreach (string field in fields)
        {
            csv.WriteField(field);
        }

        csv.NextRecord();
    }

    private static async Task<Dictionary<string, string>> TechCentersAsync(IReadOnlyList<string> numbers, Dictionary<string, IncidentPrediction> predictions, LocalPipeline pipeline, CancellationToken cancellationToken)
    {
        Dictionary<string, string> centers = new(StringComparer.Ordinal);
        if (numbers.All(predictions.ContainsKey))
        {
            return centers;
        }

        const int Page = 10_000;
        for (long sequence = 0; ;)
        {
            IReadOnlyList<IncidentChange> changes = await pipeline.Incidents.ReadChangesAsync(sequence, Page, cancellationToken);
            if (changes.Count == 0)
            {
                return centers;
            }

            foreach (IncidentChange change in changes)
            {
                centers[change.Incident.Number] = change.Incident.TechCenter;
            }

            sequence = changes[^1].Sequence;
        }
    }
}
