using System.Globalization;
using System.Runtime.CompilerServices;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Audit;

/// <summary>Shows the audit, the newest line first; after the chain that is written come those that a restore brought. Lines are read from the newest on until the page is full.</summary>
public sealed class BrowseAudit(IObjectStore objects)
{
    private readonly AuditFiles _files = new(objects);

    /// <summary>A page of the lines that are asked for.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<AuditPage> ListAsync(AuditQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        List<AuditEntry> page = [];
        int skip = (query.Page - 1) * query.PageSize;
        await foreach (AuditEntry entry in ReadAsync(query, cancellationToken))
        {
            if (skip > 0)
            {
                skip--;
                continue;
            }

            if (page.Count == query.PageSize)
            {
                return new AuditPage(page, query.Page, query.PageSize, More: true);
            }

            page.Add(entry);
        }

        return new AuditPage(page, query.Page, query.PageSize, More: false);
    }

    /// <summary>All lines that are asked for, the newest first. What cannot be read is left out; the verification names it.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async IAsyncEnumerable<AuditEntry> ReadAsync(AuditQuery query, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        foreach (AuditChain chain in await _files.ListAsync(cancellationToken))
        {
            long lowest = long.MaxValue;
            foreach (AuditFile file in chain.Files.OrderByDescending(file => file.Last).ThenBy(file => file.First))
            {
                // What was merged stands in two objects for a time.
                if (file.First >= lowest || await _files.ReadAsync(file.Name, cancellationToken) is not { } lines)
                {
                    continue;
                }

                foreach (AuditEntry entry in lines.Reverse().Select(line => line.Entry).OfType<AuditEntry>().Where(entry => entry.Number < lowest && query.Holds(entry)))
                {
                    yield return entry;
                }

                lowest = Math.Min(lowest, file.First);
            }
        }
    }
}

/// <summary>Which lines of the audit are asked for.</summary>
public sealed record AuditQuery
{
    private const int LargestPage = 1_000;
    private const int LastPage = 1_000_000;

    /// <summary>The parameters of an address.</summary>
    public static readonly IReadOnlyList<string> Parameters = ["from", "until", "actor", "action", "page", "pageSize"];

    /// <summary>Only what was done then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only what was done before.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Only what this actor did, whatever the case.</summary>
    public string? Actor { get; init; }

    /// <summary>Only this action, such as <c>model.promote</c>, or all of a kind, such as <c>model</c>.</summary>
    public string? Action { get; init; }

    /// <summary>The page, from 1.</summary>
    public int Page { get; init; } = 1;

    /// <summary>Lines per page, 1 to 1,000.</summary>
    public int PageSize { get; init; } = 100;

    /// <summary>Reads what is asked for from texts; null or empty ones are left to their defaults.</summary>
    /// <param name="value">The text of a parameter.</param>
    /// <exception cref="RequestException">A text cannot be read or is out of its range.</exception>
    public static AuditQuery Parse(Func<string, string?> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        AuditQuery query = new()
        {
            From = Date("from"),
            Until = Date("until"),
            Actor = Text("actor"),
            Action = Text("action"),
            Page = Number("page", 1, LastPage),
            PageSize = Number("pageSize", 100, LargestPage),
        };
        return RequestDate.Reversed(query.From, query.Until) is string reversed ? throw RequestException.Invalid("until", reversed) : query;

        string? Text(string name) => value(name) is { Length: > 0 } text ? text : null;

        DateTimeOffset? Date(string name) => Text(name) is not string text ? null
            : RequestDate.TryParse(text, out DateTimeOffset date) ? date
            : throw RequestException.Invalid(name, $"{name} is '{text}'; it must be a date, such as 2026-03-31 or 2026-03-31T08:00:00Z.");

        int Number(string name, int usual, int highest) => Text(name) is not string text ? usual
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= highest ? number
            : throw RequestException.Invalid(name, string.Create(CultureInfo.InvariantCulture, $"{name} is '{text}'; it must be a whole number from 1 to {highest}."));
    }

    /// <summary>Whether a line is asked for.</summary>
    public bool Holds(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return (From is null || entry.At >= From)
            && (Until is null || entry.At < Until)
            && (Actor is null || string.Equals(entry.Actor, Actor, StringComparison.OrdinalIgnoreCase))
            && (Action is null || string.Equals(entry.Action, Action, StringComparison.OrdinalIgnoreCase) || entry.Action.StartsWith(Action + ".", StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>A page of the audit.</summary>
/// <param name="Entries">The lines, the newest first.</param>
/// <param name="Page">The page, from 1.</param>
/// <param name="PageSize">Lines per page.</param>
/// <param name="More">Whether there is a further page.</param>
public sealed record AuditPage(IReadOnlyList<AuditEntry> Entries, int Page, int PageSize, bool More);
