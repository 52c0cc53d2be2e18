using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Storage;

namespace Pipeline.Operations;

/// <summary>Keeps weekly reports in the object store: <c>reports/weekly/2026-11-30.json</c> and <c>.html</c>, by the day on which they end. A later one of the same day replaces it.</summary>
public sealed class WeeklyReports(MakeWeeklyReport make, IObjectStore objects)
{
    /// <summary>Makes the report of the last seven days and keeps it.</summary>
    /// <returns>The report, and its name in the object store without the ending.</returns>
    /// <exception cref="ObjectStoreException">The object store cannot be written.</exception>
    public async Task<(WeeklyReport Report, string Name)> KeepAsync(CancellationToken cancellationToken = default)
    {
        WeeklyReport report = await make.RunAsync(cancellationToken);
        string name = string.Create(CultureInfo.InvariantCulture, $"reports/weekly/{report.Until:yyyy-MM-dd}");
        await objects.WriteAsync($"{name}.json", (stream, token) => JsonSerializer.SerializeAsync(stream, report, PipelineJson.Indented, token), cancellationToken: cancellationToken);
        await objects.WriteAsync($"{name}.html", (stream, token) => stream.WriteAsync(Encoding.UTF8.GetBytes(WeeklyPage.Of(report)), token).AsTask(), cancellationToken: cancellationToken);
        return (report, name);
    }
}
