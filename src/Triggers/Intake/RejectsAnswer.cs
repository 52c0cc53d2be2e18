using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pipeline.Access;
using Pipeline.Intake;
using Pipeline.Storage;

namespace Pipeline.Triggers;

/// <summary>Rejected rows as an answer, row by row, however many there are.</summary>
internal static class RejectsAnswer
{
    private const string Csv = "text/csv";

    private static readonly string[] Told = ["reject_row", "reject_field", "reject_reason"];

    /// <summary>The rows of an object, in the form in which the caller may see them; none where there is no such object.</summary>
    public static IResult Of(HttpRequest request, IObjectStore objects, string name, TextView texts)
    {
        bool isCsv = string.Equals(request.Query["format"], "csv", StringComparison.OrdinalIgnoreCase) || request.Headers.Accept.ToString().StartsWith(Csv, StringComparison.OrdinalIgnoreCase);
        CancellationToken stopping = request.HttpContext.RequestAborted;
        return isCsv
            ? Results.Stream(target => WriteCsvAsync(objects, name, texts, target, stopping), Csv + "; charset=utf-8", "rejects.csv")
            : Results.Stream(target => WriteJsonAsync(objects, name, texts, target, stopping), "application/json; charset=utf-8");
    }

    private static async Task WriteJsonAsync(IObjectStore objects, string name, TextView texts, Stream target, CancellationToken cancellationToken)
    {
        await target.WriteAsync("{\"rejects\":["u8.ToArray(), cancellationToken);
        string between = "";
        await foreach (RejectedRow row in RowsAsync(objects, name, texts, cancellationToken))
        {
            await target.WriteAsync(Encoding.UTF8.GetBytes(between + JsonSerializer.Serialize(row, PipelineJson.Compact)), cancellationToken);
            between = ",";
        }

        await target.WriteAsync("]}"u8.ToArray(), cancellationToken);
    }

    // The columns are those of the first row that could be told into fields: all have the file's header. What a row is rejected for stands behind them, so that corrected rows can be sent again as they are.
    private static async Task WriteCsvAsync(IObjectStore objects, string name, TextView texts, Stream target, CancellationToken cancellationToken)
    {
        string[] columns = [];
        await foreach (RejectedRow row in RowsAsync(objects, name, texts, cancellationToken))
        {
            if (row.Values.Count > 0)
            {
                columns = [.. row.Values.Keys];
                break;
            }
        }

        await using StringWriter text = new(CultureInfo.InvariantCulture);
        CsvWriter writer = new(text);
        writer.Write([.. columns, .. Told]);
        await foreach (RejectedRow row in RowsAsync(objects, name, texts, cancellationToken))
        {
            writer.Write([.. columns.Select(column => row.Values.GetValueOrDefault(column, "")), row.Row.ToString(CultureInfo.InvariantCulture), row.Field ?? "", row.Reason]);
            await FlushAsync(text, target, cancellationToken);
        }

        await FlushAsync(text, target, cancellationToken);
    }

    private static async Task FlushAsync(StringWriter text, Stream target, CancellationToken cancellationToken)
    {
        await target.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
        text.GetStringBuilder().Clear();
    }

    private static async IAsyncEnumerable<RejectedRow> RowsAsync(IObjectStore objects, string name, TextView texts, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using Stream? stored = await objects.OpenReadAsync(name, cancellationToken);
        if (stored is null)
        {
            yield break;
        }

        await foreach (RejectedRow row in RejectedRows.ReadAsync(stored, cancellationToken))
        {
            yield return row with { Values = row.Values.ToDictionary(value => value.Key, value => texts.Value(value.Key, value.Value), StringComparer.Ordinal) };
        }
    }
}
