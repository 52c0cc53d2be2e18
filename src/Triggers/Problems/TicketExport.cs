using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Pipeline.Intake;
using Pipeline.Problems;
using Pipeline.Requests;
using SpreadCheetah;
using SpreadCheetah.Worksheets;

namespace Pipeline.Triggers;

/// <summary>Incidents as a file, row by row, however many there are. No cell of it is a formula; of texts of others only what shows is written.</summary>
internal static class TicketExport
{
    private const string Csv = "text/csv";
    private const string Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    private const string Json = "application/json";
    private const string Utf8 = "; charset=utf-8";
    private const string All = "json-all";
    private const int Buffered = 32_768;

    // What a cell of a workbook holds at the most.
    private const int LongestCell = 32_767;

    private static readonly string[] Columns = ["number", "tech_center", "problem", "created", "priority", "resolved", "cluster", "confidence", "text"];
    private static readonly double[] Widths = [14, 22, 30, 18, 14, 18, 9, 11, 100];

    /// <summary>The format that a request asks for, by the parameter <c>format</c> or else by what it accepts; null for a page as JSON.</summary>
    /// <exception cref="RequestException">There is no such format.</exception>
    public static string? FormatOf(HttpRequest request)
    {
        string asked = request.Query["format"].ToString();
        return asked switch
        {
            "" => Accepted(request),
            "json" => null,
            "csv" or "xlsx" or All => asked,
            _ => throw RequestException.Invalid("format", $"format is '{asked}'; it must be json for a page, or csv, xlsx or {All} for all pages at once."),
        };
    }

    /// <summary>The incidents as a file.</summary>
    /// <param name="format">A format that <see cref="FormatOf"/> gave.</param>
    /// <param name="incidents">The incidents.</param>
    /// <param name="context">The request: who has gone is written to no more.</param>
    public static IResult Of(string format, IAsyncEnumerable<ShownIncident> incidents, HttpContext context)
    {
        CancellationToken stopping = context.RequestAborted;
        return format switch
        {
            "csv" => Results.Stream(target => WriteCsvAsync(incidents, target, stopping), Csv + Utf8, "incidents.csv"),
            "xlsx" => Results.Stream(target => WriteWorkbookAsync(incidents, Packed(context, target), stopping), Workbook, "incidents.xlsx"),
            _ => Results.Stream(target => WriteJsonAsync(incidents, target, stopping), Json + Utf8, "incidents.json"),
        };
    }

    // An archive writes the few bytes that end each of its parts at once, which the host allows only who asks.
    private static Stream Packed(HttpContext context, Stream target)
    {
        context.Features.Get<IHttpBodyControlFeature>()?.AllowSynchronousIO = true;
        return target;
    }

    private static string? Accepted(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out IList<MediaTypeHeaderValue>? types))
        {
            return null;
        }

        foreach (MediaTypeHeaderValue type in types.OrderByDescending(type => type.Quality ?? 1))
        {
            string name = type.MediaType.ToString();
            if (name is Csv or Workbook)
            {
                return name is Csv ? "csv" : "xlsx";
            }

            if (name is Json or "*/*" or "application/*")
            {
                return null;
            }
        }

        return null;
    }

    private static async Task WriteCsvAsync(IAsyncEnumerable<ShownIncident> incidents, Stream target, CancellationToken cancellationToken)
    {
        await using StringWriter text = new(CultureInfo.InvariantCulture);
        CsvWriter csv = new(text);
        csv.Write(Columns);
        await foreach (ShownIncident incident in incidents.WithCancellation(cancellationToken))
        {
            csv.Write(
                incident.Number,
                incident.TechCenter,
                incident.ProblemLabel ?? "",
                incident.CreatedOn?.ToString("O", CultureInfo.InvariantCulture) ?? "",
                incident.Priority ?? "",
                incident.ResolvedOn?.ToString("O", CultureInfo.InvariantCulture) ?? "",
                incident.ClusterId?.ToString(CultureInfo.InvariantCulture) ?? "",
                incident.Confidence?.ToString("0.####", CultureInfo.InvariantCulture) ?? "",
                Inert(incident.Text));
            if (text.GetStringBuilder().Length >= Buffered)
            {
                await SendAsync(text, target, cancellationToken);
            }
        }

        await SendAsync(text, target, cancellationToken);
    }

    private static async Task SendAsync(StringWriter text, Stream target, CancellationToken cancellationToken)
    {
        await target.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
        text.GetStringBuilder().Clear();
    }

    private static async Task WriteWorkbookAsync(IAsyncEnumerable<ShownIncident> incidents, Stream target, CancellationToken cancellationToken)
    {
        await using Spreadsheet workbook = await Spreadsheet.CreateNewAsync(target, new SpreadCheetahOptions { DefaultDateTimeFormat = SpreadCheetah.Styling.NumberFormat.Custom("yyyy-mm-dd hh:mm") }, cancellationToken);
        WorksheetOptions sheet = new() { FrozenRows = 1 };
        foreach ((int column, double width) in Widths.Index())
        {
            sheet.Column(column + 1).Width = width;
        }

        await workbook.StartWorksheetAsync("Incidents", sheet, cancellationToken);
        await workbook.AddRowAsync(Columns.Select(column => new DataCell(column)).ToArray(), cancellationToken);
        DataCell[] row = new DataCell[Columns.Length];
        await foreach (ShownIncident incident in incidents.WithCancellation(cancellationToken))
        {
            row[0] = Cell(incident.Number);
            row[1] = Cell(incident.TechCenter);
            row[2] = Cell(incident.ProblemLabel);
            row[3] = new DataCell(incident.CreatedOn?.UtcDateTime);
            row[4] = Cell(incident.Priority);
            row[5] = new DataCell(incident.ResolvedOn?.UtcDateTime);
            row[6] = new DataCell(incident.ClusterId);
            row[7] = new DataCell(incident.Confidence);
            row[8] = Cell(incident.Text);
            await workbook.AddRowAsync(row, cancellationToken);
        }

        await workbook.FinishAsync(cancellationToken);
    }

    private static DataCell Cell(string? text)
    {
        string inert = Inert(text);
        return new DataCell(inert.Length <= LongestCell ? inert : inert[..(char.IsHighSurrogate(inert[LongestCell - 1]) ? LongestCell - 1 : LongestCell)]);
    }

    private static async Task WriteJsonAsync(IAsyncEnumerable<ShownIncident> incidents, Stream target, CancellationToken cancellationToken)
    {
        // Through memory: what is serialized is flushed at once, and the answer is only written asynchronously.
        ArrayBufferWriter<byte> buffer = new(2 * Buffered);
        await using Utf8JsonWriter json = new(buffer);
        json.WriteStartObject();
        json.WriteStartArray("incidents");
        await foreach (ShownIncident incident in incidents.WithCancellation(cancellationToken))
        {
            JsonSerializer.Serialize(json, incident, PipelineJson.Compact);
            if (buffer.WrittenCount >= Buffered)
            {
                await target.WriteAsync(buffer.WrittenMemory, cancellationToken);
                buffer.ResetWrittenCount();
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
        await target.WriteAsync(buffer.WrittenMemory, cancellationToken);
    }

    private static string Inert(string? text) => text is null ? "" : InertText.Lines(text);
}
