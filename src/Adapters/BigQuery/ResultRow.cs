using System.Globalization;

namespace Pipeline.Adapters.BigQuery;

/// <summary>A row of a result, and its cells by the names of their columns.</summary>
/// <param name="columns">The places of the columns.</param>
/// <param name="cells">The cells.</param>
internal sealed class ResultRow(IReadOnlyDictionary<string, int> columns, object?[] cells)
{
    /// <summary>The rows of a page.</summary>
    public static IEnumerable<ResultRow> Of(ResultPage page)
    {
        Dictionary<string, int> columns = page.Columns.Index().ToDictionary(column => column.Item, column => column.Index, StringComparer.Ordinal);
        return page.Rows.Select(cells => new ResultRow(columns, cells));
    }

    /// <summary>A text; null for NULL.</summary>
    /// <exception cref="InvalidOperationException">The result has no such column.</exception>
    public string? Cell(string column) => (string?)Value(column);

    /// <summary>An array; of NULL elements nothing is left, and of NULL an empty one, as BigQuery itself has it.</summary>
    /// <exception cref="InvalidOperationException">The result has no such column.</exception>
    public string[] Cells(string column) => (string[]?)Value(column) ?? [];

    /// <summary>A number with a fraction; null for NULL.</summary>
    /// <exception cref="InvalidOperationException">The result has no such column.</exception>
    public double? Fraction(string column) => Cell(column) is { } text ? double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) : null;

    private object? Value(string column) => columns.TryGetValue(column, out int place) ? cells[place] : throw new InvalidOperationException($"A result without the column '{column}' came back.");
}
