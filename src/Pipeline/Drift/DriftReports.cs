using System.Text.Json;
using Pipeline.Incidents;
using Pipeline.Storage;

namespace Pipeline.Drift;

/// <summary>The use case of whoever asks for the drift: shows what was measured last.</summary>
public sealed class DriftReports(ISettingsTable settings, ITechCenters techCenters)
{
    private const string Setting = "watch.drift:";

    /// <summary>The newest report of each tech center, or of one, in ordinal order; none for a tech center that was not measured yet.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<IReadOnlyList<DriftReport>> RunAsync(string? techCenter = null, CancellationToken cancellationToken = default)
    {
        List<DriftReport> reports = [];
        foreach (string center in string.IsNullOrEmpty(techCenter) ? await techCenters.ListTechCentersAsync(cancellationToken) : [techCenter])
        {
            if (await settings.GetSettingAsync(Setting + center, cancellationToken) is string json)
            {
                reports.Add(JsonSerializer.Deserialize<DriftReport>(json, PipelineJson.Compact)!);
            }
        }

        return reports;
    }

    /// <summary>Keeps a report as its tech center's newest.</summary>
    internal static Task SaveAsync(ISettingsTable settings, DriftReport report, CancellationToken cancellationToken) =>
        settings.SetSettingAsync(Setting + report.TechCenter, JsonSerializer.Serialize(report, PipelineJson.Compact), cancellationToken);
}
