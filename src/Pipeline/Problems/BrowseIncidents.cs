using System.Globalization;
using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Problems;

/// <summary>The use case of reading incidents: those of a problem, a page at a time, and one with its story. Only masked text is shown.</summary>
public sealed class BrowseIncidents(IProblemIncidents incidents, IRemovals stored, ModelDirectory directory, SummaryBuilder summaries, IncidentOptions options)
{
    /// <summary>A page of the incidents of a problem, or of one of its variants.</summary>
    /// <param name="techCenter">The tech center's name or folder.</param>
    /// <param name="id">The id of the problem or of the cluster, as text.</param>
    /// <param name="ofVariant">Whether it is a cluster's.</param>
    /// <param name="asked">What to show of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There is no such tech center, or the id is no number.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<ShownIncidents> ListAsync(string techCenter, string id, bool ofVariant, IncidentRequest asked, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(asked);
        string center = await directory.ResolveAsync(techCenter, RequestProblem.NotFound, cancellationToken);
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            throw RequestException.NotFound("id", $"'{id}' is not the id of a problem or cluster: they are whole numbers.");
        }

        IncidentQuery query = new(center, number, ofVariant)
        {
            From = asked.From,
            Until = asked.Until,
            Priority = asked.Priority,
            Sort = asked.Sort,
            Skip = (asked.Page - 1) * asked.PageSize,
            Take = asked.PageSize,
        };
        IncidentPage page = await incidents.ReadIncidentsAsync(query, cancellationToken);
        return new ShownIncidents(page.Total, asked.Page, asked.PageSize, [.. page.Incidents.Select(Shown)]);
    }

    /// <summary>One incident with what has become of it.</summary>
    /// <exception cref="RequestException">There is no incident of this number.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<IncidentStory> FindAsync(string number, CancellationToken cancellationToken = default)
    {
        StoredIncident found = await stored.FindIncidentAsync(number, cancellationToken)
            ?? throw RequestException.NotFound("number", $"There is no incident '{number}'. It may have been erased or moved to the archive.");
        return new IncidentStory(Shown(found), found.Incident.TechCenter, found.Incident.State, found.Incident.Location, found.Incident.ConfigurationItem, found.Incident.ReopenCount, found.Incident.UpdatedOn)
        {
            CloseNotes = found.Incident.CloseNotes is { Length: > 0 } notes && summaries.Build([notes]) is { Length: > 0 } masked ? masked : null,
            ArrivedAt = found.ArrivedAt,
            Embedder = found.Embedder,
            Problem = found.ProblemId is int problem ? new IncidentAnswer(problem, found.ProblemLabel ?? "", found.ClusterId ?? -1, found.ClusterLabel ?? "", found.DomainName ?? "", found.ModelVersion ?? "", found.PredictedAt) : null,
        };
    }

    private ShownIncident Shown(StoredIncident incident) => new(
        incident.Incident.Number,
        options.UrlOf(incident.Incident.Number),
        incident.Incident.CreatedOn,
        incident.Summary,
        incident.ClusterId,
        incident.Confidence,
        incident.Incident.Priority,
        incident.Incident.ResolvedOn);
}

/// <summary>What to show of a problem's incidents.</summary>
public sealed record IncidentRequest
{
    private const int LargestPage = 200;
    private const int LastPage = 1_000_000;
    private const int LongestPriority = 100;

    /// <summary>Only those opened then or later.</summary>
    public DateTimeOffset? From { get; private init; }

    /// <summary>Only those opened before.</summary>
    public DateTimeOffset? Until { get; private init; }

    /// <summary>Only those of this priority.</summary>
    public string? Priority { get; private init; }

    /// <summary>The order.</summary>
    public IncidentSort Sort { get; private init; }

    /// <summary>The page, from 1.</summary>
    public int Page { get; private init; } = 1;

    /// <summary>Incidents per page, 1 to 200.</summary>
    public int PageSize { get; private init; } = 50;

    /// <summary>Reads a request from the texts of an address; null or empty ones are left to their defaults.</summary>
    /// <param name="value">The text of a parameter.</param>
    /// <exception cref="RequestException">A text cannot be read or is out of its range.</exception>
    public static IncidentRequest Parse(Func<string, string?> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Dictionary<string, string[]> errors = new(StringComparer.Ordinal);
        IncidentRequest request = new()
        {
            From = Date(value, "from", errors),
            Until = Date(value, "until", errors),
            Priority = value("priority") is { Length: > 0 } priority ? priority : null,
            Sort = SortOf(value("sort"), errors),
            Page = Number(value, "page", 1, LastPage, errors),
            PageSize = Number(value, "pageSize", 50, LargestPage, errors),
        };
        if (request.Priority?.Length > LongestPriority)
        {
            errors["priority"] = [string.Create(CultureInfo.InvariantCulture, $"priority is longer than {LongestPriority} characters.")];
        }

        return errors.Count == 0 ? request : throw new RequestException(RequestProblem.Invalid, string.Join(' ', errors.Values.SelectMany(e => e)), errors);
    }

    private static IncidentSort SortOf(string? text, Dictionary<string, string[]> errors)
    {
        if (string.IsNullOrEmpty(text))
        {
            return IncidentSort.Newest;
        }

        if (text.All(char.IsAsciiLetterLower) && Enum.TryParse(text, ignoreCase: true, out IncidentSort sort))
        {
            return sort;
        }

        errors["sort"] = [$"sort is '{text}'; it must be one of {string.Join(", ", Enum.GetNames<IncidentSort>().Select(n => n.ToLowerInvariant()))}."];
        return IncidentSort.Newest;
    }

    private static DateTimeOffset? Date(Func<string, string?> value, string name, Dictionary<string, string[]> errors)
    {
        string? text = value(name);
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset date))
        {
            return date;
        }

        errors[name] = [$"{name} is '{text}'; it must be a date, such as 2026-03-31 or 2026-03-31T08:00:00Z."];
        return null;
    }

    private static int Number(Func<string, string?> value, string name, int usual, int highest, Dictionary<string, string[]> errors)
    {
        string? text = value(name);
        if (string.IsNullOrEmpty(text))
        {
            return usual;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= highest)
        {
            return number;
        }

        errors[name] = [string.Create(CultureInfo.InvariantCulture, $"{name} is '{text}'; it must be a whole number from 1 to {highest}.")];
        return usual;
    }
}

/// <summary>How incidents are shown.</summary>
public sealed record IncidentOptions
{
    private const string Place = "{number}";

    /// <summary>The address of an incident in its source, with <c>{number}</c> in place of its number; null where there is none.</summary>
    public string? UrlTemplate { get; init; }

    /// <summary>The address of an incident; null where the setting names none.</summary>
    public string? UrlOf(string number) => UrlTemplate?.Replace(Place, Uri.EscapeDataString(number), StringComparison.Ordinal);

    /// <summary>Checks the address.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no address of the web, or has no place for the number.</exception>
    public void Validate()
    {
        if (UrlTemplate is not null && (!UrlTemplate.Contains(Place, StringComparison.Ordinal) || !Uri.TryCreate(UrlOf("1"), UriKind.Absolute, out Uri? address) || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp)))
        {
            throw new ArgumentOutOfRangeException(nameof(UrlTemplate), UrlTemplate, $"Incident:UrlTemplate must be an address of http or https with {Place} in it, such as https://example.service-now.com/incident.do?number={Place}.");
        }
    }
}

/// <summary>A page of a problem's incidents.</summary>
/// <param name="Total">Incidents on all pages.</param>
/// <param name="Page">This page's number, from 1.</param>
/// <param name="PageSize">Incidents per page.</param>
/// <param name="Incidents">This page's incidents; empty behind the last page.</param>
public sealed record ShownIncidents(long Total, int Page, int PageSize, IReadOnlyList<ShownIncident> Incidents);

/// <summary>An incident in a list.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Url">Its address in the source; null where the setting Incident:UrlTemplate names none.</param>
/// <param name="CreatedOn">When it was opened, in UTC; null where the source has no dates.</param>
/// <param name="Text">Its masked text; null where it is not preprocessed.</param>
/// <param name="ClusterId">The variant that it was predicted to be of, -1 for none; null where it is not predicted.</param>
/// <param name="Confidence">How sure the prediction is, 0 to 1.</param>
/// <param name="Priority">Its priority in the source's words; null where the source does not say.</param>
/// <param name="ResolvedOn">When it was resolved, in UTC; null where it is open or the source does not say.</param>
public sealed record ShownIncident(string Number, string? Url, DateTimeOffset? CreatedOn, string? Text, int? ClusterId, double? Confidence, string? Priority, DateTimeOffset? ResolvedOn);

/// <summary>An incident with what has become of it.</summary>
/// <param name="Incident">What a list shows of it.</param>
/// <param name="TechCenter">The tech center that owns it.</param>
/// <param name="State">Where its handling stands, in the source's words.</param>
/// <param name="Location">Where it happened.</param>
/// <param name="ConfigurationItem">What it happened to.</param>
/// <param name="ReopenCount">How often it was opened again.</param>
/// <param name="UpdatedOn">When it was last changed at the source, in UTC.</param>
public sealed record IncidentStory(ShownIncident Incident, string TechCenter, string? State, string? Location, string? ConfigurationItem, int? ReopenCount, DateTimeOffset? UpdatedOn)
{
    /// <summary>How it was resolved: masked text; null where the source does not say.</summary>
    public string? CloseNotes { get; init; }

    /// <summary>When it came in, in UTC; null where the warehouse does not keep that.</summary>
    public DateTimeOffset? ArrivedAt { get; init; }

    /// <summary>What embedded its text; null where it is not preprocessed.</summary>
    public string? Embedder { get; init; }

    /// <summary>What it was predicted to be; null where it was not.</summary>
    public IncidentAnswer? Problem { get; init; }
}

/// <summary>What an incident was predicted to be.</summary>
/// <param name="Id">The problem, -1 for none.</param>
/// <param name="Label">The problem's name.</param>
/// <param name="ClusterId">The variant, -1 for none.</param>
/// <param name="ClusterLabel">The variant's name.</param>
/// <param name="DomainName">The domain's name.</param>
/// <param name="ModelVersion">The model version that answered.</param>
/// <param name="PredictedAt">When it answered, in UTC; null where the warehouse does not tell.</param>
public sealed record IncidentAnswer(int Id, string Label, int ClusterId, string ClusterLabel, string DomainName, string ModelVersion, DateTimeOffset? PredictedAt);
