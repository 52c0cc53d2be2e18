using System.Globalization;
using Pipeline.Classification;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.LocalHost;

namespace Pipeline.Cli;

/// <summary>Writes each incident's problem and cluster as CSV, in the input's order.</summary>
internal static class AssignmentsFile
{
    /// <summary>Writes one line per incident; one without a prediction is unclustered.</summary>
    public static async Task WriteAsync(string path, IReadOnlyList<string> numbers, LocalPipeline pipeline, bool raw, CancellationToken cancellationToken)
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
            CsvWriter csv = new(text, raw);
            csv.Write("number", "tech_center", "problem_id", "problem_label", "cluster_id", "cluster_label", "domain_id", "domain_name", "confidence");
            foreach (string number in numbers)
            {
                if (predictions.TryGetValue(number, out IncidentPrediction? p))
                {
                    csv.Write(number, p.TechCenter, Text(p.ProblemId), p.ProblemLabel, Text(p.ClusterId), p.ClusterLabel, Text(p.DomainId), p.DomainName, p.Confidence.ToString("0.####", CultureInfo.InvariantCulture));
                }
                else
                {
                    string none = Text(IncidentPrediction.Unclustered);
                    csv.Write(number, techCenters.GetValueOrDefault(number, ""), none, IncidentPrediction.UnclusteredName, none, IncidentPrediction.UnclusteredName, none, IncidentPrediction.UnclusteredName, "0");
                }
            }
        });
    }

    private static string Text(int id) => id.ToString(CultureInfo.InvariantCulture);

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
