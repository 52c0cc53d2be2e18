using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Pipeline.Problems;

namespace Pipeline.Reporting;

/// <summary>
/// Writes the data block of the report: compact JSON whose problems, points and changes are arrays in place of objects. report.js reads them by position.
/// <list type="bullet">
/// <item>problem: id, label, keywords, domain id, domain name, size, first day, last day, trend, weekly counts, change (ratio, low, high; null where there is nothing to compare with), variants</item>
/// <item>variant: cluster id, label, size, examples</item>
/// <item>point: x and y from 0 to <see cref="Resolution"/>, problem id, number, day, text</item>
/// <item>emerging: id, label, incidents, first day, last day, a day, examples</item>
/// <item>change: kind, problem id, label, before, after, related labels</item>
/// </list>
/// Days count from 1970-01-01; null where there is no date. Trend and kind are the enumerations' names.
/// </summary>
internal static class ReportJson
{
    /// <summary>The number of steps of the longer side of the map.</summary>
    public const int Resolution = 10_000;

    private const int TextLength = 140;
    private const int PointsPerFlush = 2_000;

    /// <summary>Escapes what HTML could take for markup, and U+2028 and its like; leaves the other scripts' letters readable and short.</summary>
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>Writes the block to the stream, a piece at a time.</summary>
    public static async Task WriteAsync(ReportData data, Stream output, CancellationToken ct)
    {
        await using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteString("title", data.Title);
        json.WriteString("generated", data.GeneratedAt.UtcDateTime);
        json.WriteStartArray("centers");
        foreach (ReportTechCenter center in data.TechCenters)
        {
            json.WriteStartObject();
            WriteHead(json, center);
            await WritePointsAsync(json, center.Points, ct);
            json.WriteEndObject();
            await json.FlushAsync(ct);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(ct);
    }

    private static void WriteHead(Utf8JsonWriter json, ReportTechCenter center)
    {
        json.WriteString("name", center.Name);
        json.WriteString("version", center.Version);
        json.WriteString("previous", center.PreviousVersion);
        json.WriteString("note", center.Note);
        json.WriteNumber("incidents", center.Incidents);
        json.WriteNumber("unclustered", center.Unclustered);
        json.WritePropertyName("firstWeek");
        WriteDay(json, center.Weeks.Count > 0 ? center.Weeks[0] : null);
        json.WriteNumber("weeks", center.Weeks.Count);
        json.WriteStartArray("problems");
        foreach (ReportProblem problem in center.Problems)
        {
            WriteProblem(json, problem);
        }

        json.WriteEndArray();
        json.WriteStartArray("emerging");
        foreach (ReportEmerging emerging in center.Emerging)
        {
            json.WriteStartArray();
            json.WriteNumberValue(emerging.Id);
            json.WriteStringValue(emerging.Label);
            json.WriteNumberValue(emerging.Items);
            WriteDay(json, Day(emerging.FirstSeen));
            WriteDay(json, Day(emerging.LastSeen));
            json.WriteNumberValue(emerging.PerDay);
            WriteStrings(json, emerging.Examples);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteStartArray("changes");
        foreach (ReportChange change in center.Changes)
        {
            json.WriteStartArray();
            json.WriteStringValue(change.Kind.ToString());
            json.WriteNumberValue(change.ProblemId);
            json.WriteStringValue(change.Label);
            json.WriteNumberValue(change.Before);
            json.WriteNumberValue(change.After);
            WriteStrings(json, change.Related);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WriteProblem(Utf8JsonWriter json, ReportProblem problem)
    {
        json.WriteStartArray();
        json.WriteNumberValue(problem.Id);
        json.WriteStringValue(problem.Label);
        WriteStrings(json, problem.Keywords);
        json.WriteNumberValue(problem.DomainId);
        json.WriteStringValue(problem.DomainName);
        json.WriteNumberValue(problem.Size);
        WriteDay(json, Day(problem.FirstSeen));
        WriteDay(json, Day(problem.LastSeen));
        json.WriteStringValue(problem.Trend.ToString());
        json.WriteStartArray();
        foreach (int count in problem.WeeklyCounts)
        {
            json.WriteNumberValue(count);
        }

        json.WriteEndArray();
        WriteChange(json, problem.Change);
        json.WriteStartArray();
        foreach (ReportVariant variant in problem.Variants)
        {
            json.WriteStartArray();
            json.WriteNumberValue(variant.Id);
            json.WriteStringValue(variant.Label);
            json.WriteNumberValue(variant.Size);
            WriteStrings(json, variant.Examples);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndArray();
    }

    private static void WriteChange(Utf8JsonWriter json, RateRatio? change)
    {
        if (change is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartArray();
        foreach (double value in (ReadOnlySpan<double>)[change.Ratio, change.Low, change.High])
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    private static async Task WritePointsAsync(Utf8JsonWriter json, IReadOnlyList<ReportPoint> points, CancellationToken ct)
    {
        double left = double.MaxValue, right = double.MinValue, top = double.MaxValue, bottom = double.MinValue;
        foreach (ReportPoint point in points.Where(OnMap))
        {
            (left, right) = (Math.Min(left, point.X), Math.Max(right, point.X));
            (top, bottom) = (Math.Min(top, point.Y), Math.Max(bottom, point.Y));
        }

        double extent = Math.Max(right - left, bottom - top);
        double scale = extent > 0 ? Resolution / extent : 0;
        int written = 0;
        json.WriteStartArray("points");
        foreach (ReportPoint point in points.Where(OnMap))
        {
            json.WriteStartArray();
            json.WriteNumberValue((int)((point.X - left) * scale));
            json.WriteNumberValue((int)((point.Y - top) * scale));
            json.WriteNumberValue(point.ProblemId);
            json.WriteStringValue(point.Number);
            WriteDay(json, Day(point.CreatedOn));
            json.WriteStringValue(Cut(point.Text));
            json.WriteEndArray();
            if (++written % PointsPerFlush == 0)
            {
                await json.FlushAsync(ct);
            }
        }

        json.WriteEndArray();
    }

    private static bool OnMap(ReportPoint point) => float.IsFinite(point.X) && float.IsFinite(point.Y);

    private static void WriteStrings(Utf8JsonWriter json, IReadOnlyList<string> texts)
    {
        json.WriteStartArray();
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static DateOnly? Day(DateTimeOffset? moment) => moment is { } known ? DateOnly.FromDateTime(known.UtcDateTime) : null;

    private static void WriteDay(Utf8JsonWriter json, DateOnly? day)
    {
        if (day is { } known)
        {
            json.WriteNumberValue(known.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    /// <summary>The start of a long text, never half of a character.</summary>
    private static string Cut(string text)
    {
        if (text.Length <= TextLength)
        {
            return text;
        }

        int length = char.IsHighSurrogate(text[TextLength - 2]) ? TextLength - 2 : TextLength - 1;
        return $"{text.AsSpan(0, length)}…";
    }
}
