using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Operations;

/// <summary>Keeps weekly reports in the object store: <c>reports/weekly/2026-11-30.json</c> and <c>.html</c>, by the day on which they end. A later one of the same day replaces it.</summary>
public sealed class WeeklyReports(MakeWeeklyReport make, IObjectStore objects)
{
    private const string Folder = "reports/weekly/";

    /// <summary>Makes the report of the last seven days and keeps it.</summary>
    /// <returns>The report, and its name in the object store without the ending.</returns>
    /// <exception cref="ObjectStoreException">The object store cannot be written.</exception>
    public async Task<(WeeklyReport Report, string Name)> KeepAsync(CancellationToken cancellationToken = default)
    {
        WeeklyReport report = await make.RunAsync(cancellationToken);
        string name = string.Create(CultureInfo.InvariantCulture, $"{Folder}{report.Until:yyyy-MM-dd}");
        await objects.WriteAsync($"{name}.json", (stream, token) => JsonSerializer.SerializeAsync(stream, report, PipelineJson.Indented, token), cancellationToken: cancellationToken);
        await objects.WriteAsync($"{name}.html", (stream, token) => stream.WriteAsync(Encoding.UTF8.GetBytes(WeeklyPage.Of(report)), token).AsTask(), cancellationToken: cancellationToken);
        return (report, name);
    }

    /// <summary>A report that was kept, as it was written.</summary>
    /// <param name="day">The day on which it ends, such as <c>2026-11-30</c>; null for the newest.</param>
    /// <param name="format"><c>json</c> or <c>html</c>; null for JSON.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Its bytes, and whether they are HTML.</returns>
    /// <exception cref="RequestException">The day or the format is none, or no report was kept.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<(ReadOnlyMemory<byte> Content, bool IsHtml)> ReadAsync(string? day = null, string? format = null, CancellationToken cancellationToken = default)
    {
        bool isHtml = format switch
        {
            null or "json" => false,
            "html" => true,
            _ => throw RequestException.Invalid("format", $"The format is '{format}'; it must be json or html."),
        };
        if (day is not null && !DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            throw RequestException.Invalid("day", $"The day is '{day}'; write it as 2026-11-30.");
        }

        string ending = isHtml ? ".html" : ".json";
        string? name = day is null
            ? (await objects.ListAsync(Folder, cancellationToken).ToListAsync(cancellationToken)).Select(o => o.Name).Where(n => n.EndsWith(ending, StringComparison.Ordinal)).Max(StringComparer.Ordinal)
            : $"{Folder}{day}{ending}";
        return name is not null && await objects.ReadTaggedAsync(name, cancellationToken) is TaggedObject kept
            ? (kept.Content, isHtml)
            : throw RequestException.NotFound("day", $"There is no weekly report{(day is null ? "" : $" of {day}")}. It is made each Monday, and by 'report weekly'.");
    }
}
