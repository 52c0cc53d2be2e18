using System.Globalization;

namespace Pipeline.Adapters.ServiceNow;

/// <summary>
/// Goes through a table in the order of its changes, from one row's place to the next (keyset): rows that change meanwhile move behind, and leave no gap as they would among numbered pages.
/// Many rows may have changed within one second. So behind each page come the rest of its last row's second by <c>sys_id</c>, and then what is later: each a condition that an index answers.
/// </summary>
internal sealed class TableCursor
{
    private const string Order = "^ORDERBYsys_updated_on^ORDERBYsys_id";

    private string _condition;
    private bool _isWithinSecond;

    private TableCursor(string condition, TablePlace place, bool isWithinSecond) => (_condition, Place, _isWithinSecond) = (condition, place, isWithinSecond);

    /// <summary>Where the last row that was read has its place.</summary>
    public TablePlace Place { get; private set; }

    /// <summary>Rows of the condition to pass over: those of pages of which nothing may be seen.</summary>
    public int Offset { get; private set; }

    /// <summary>Begins with the first row that was changed at a time or later.</summary>
    public static TableCursor From(DateTimeOffset time) => new($"sys_updated_on>={Text(time)}", new TablePlace(time, null), isWithinSecond: false);

    /// <summary>Goes on behind a row.</summary>
    public static TableCursor Behind(TablePlace place) => new(RestOfSecond(place), place, isWithinSecond: true);

    /// <summary>The question for the next page.</summary>
    /// <param name="filter">The rows that are wanted at all, as an encoded query; empty for all.</param>
    public string Query(string filter) => $"{filter}{(filter.Length > 0 ? "^" : "")}{_condition}{Order}";

    /// <summary>Takes a page; tells whether to ask for another.</summary>
    /// <param name="page">The page.</param>
    /// <param name="asked">How many rows it was asked for.</param>
    public bool Advance(TablePage page, int asked)
    {
        if (page.Rows is [.., TableRow last])
        {
            Place = new TablePlace(last.UpdatedOn, last.Id);
        }
        else if (page.HasNext)
        {
            Offset += asked;
            return true;
        }

        if (!page.HasNext && !_isWithinSecond)
        {
            return false;
        }

        Offset = 0;
        (_condition, _isWithinSecond) = page.HasNext ? (RestOfSecond(Place), true) : ($"sys_updated_on>{Text(Place.UpdatedOn)}", false);
        return true;
    }

    private static string RestOfSecond(TablePlace place) => $"sys_updated_on={Text(place.UpdatedOn)}^sys_id>{place.Id}";

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}

/// <summary>The place of a row in the order of changes.</summary>
/// <param name="UpdatedOn">When it was changed, in UTC.</param>
/// <param name="Id">Its <c>sys_id</c>; null where every row of that second has been read, or none.</param>
internal sealed record TablePlace(DateTimeOffset UpdatedOn, string? Id);
