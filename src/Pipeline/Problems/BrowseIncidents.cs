using System.Globalization;
using System.Runtime.CompilerServices;
using Pipeline.Access;
using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Problems;

/// <summary>The use case of reading incidents: all or those of a problem, a page at a time or one after the other, and one with its story, in the form in which the caller may see texts.</summary>
public sealed class BrowseIncidents(IProblemIncidents incidents, IRemovals stored, ModelDirectory directory, TechCenterNames names, IncidentOptions options)
{
    /// <summary>The most incidents of an export.</summary>
    public const int MostExported = 50_000;

    /// <summary>A page of the incidents of a problem, or of one of its variants.</summary>
    /// <param name="techCenter">The tech center's name or folder.</param>
    /// <param name="id">The id of the problem or of the cluster, as text.</param>
    /// <param name="ofVariant">Whether it is a cluster's.</param>
    /// <param name="asked">What to show of them.</param>
    /// <param name="texts">The form in which texts are shown.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There is no such tech center, or the id is no number.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<ShownIncidents> ListAsync(string techCenter, string id, bool ofVariant, IncidentRequest asked, TextView texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(asked);
        ArgumentNullException.ThrowIfNull(texts);
        return await PageAsync(await QueryAsync(techCenter, id, ofVariant, asked, cancellationToken), asked, texts, cancellationToken);
    }

    /// <summary>A page of all incidents, also of those that are not predicted.</summary>
    /// <param name="asked">What to show of them.</param>
    /// <param name="texts">The form in which texts are shown. What is asked of a text is asked of its masked form.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There is no such tech center.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<ShownIncidents> ListAsync(IncidentRequest asked, TextView texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(asked);
        ArgumentNullException.ThrowIfNull(texts);
        return await PageAsync(await QueryAsync(asked, cancellationToken), asked, texts, cancellationToken);
    }

    /// <summary>All incidents that are asked for, up to <see cref="MostExported"/>; the page does not matter.</summary>
    /// <returns>They are read while they are enumerated, some at a time.</returns>
    /// <exception cref="RequestException">There is no such tech center.</exception>
    /// <inheritdoc cref="ListAsync(IncidentRequest, TextView, CancellationToken)"/>
    public async Task<IAsyncEnumerable<ShownIncident>> ExportAsync(IncidentRequest asked, TextView texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(asked);
        ArgumentNullException.ThrowIfNull(texts);
        return ReadAllAsync(await QueryAsync(asked, cancellationToken), texts, cancellationToken);
    }

    /// <summary>All incidents of a problem, or of one of its variants, up to <see cref="MostExported"/>; the page that was asked for does not matter.</summary>
    /// <param name="techCenter">The tech center's name or folder.</param>
    /// <param name="id">The id of the problem or of the cluster, as text.</param>
    /// <param name="ofVariant">Whether it is a cluster's.</param>
    /// <param name="asked">What to show of them.</param>
    /// <param name="texts">The form in which texts are shown.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>They are read while they are enumerated, some at a time.</returns>
    /// <exception cref="RequestException">There is no such tech center, or the id is no number.</exception>
    public async Task<IAsyncEnumerable<ShownIncident>> ExportAsync(string techCenter, string id, bool ofVariant, IncidentRequest asked, TextView texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(asked);
        ArgumentNullException.ThrowIfNull(texts);
        return ReadAllAsync(await QueryAsync(techCenter, id, ofVariant, asked, cancellationToken), texts, cancellationToken);
    }

    /// <summary>One incident with what has become of it.</summary>
    /// <param name="number">The incident's number.</param>
    /// <param name="texts">The form in which texts are shown.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There is no incident of this number.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<IncidentStory> FindAsync(string number, TextView texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        StoredIncident found = await stored.FindIncidentAsync(number, cancellationToken)
            ?? throw RequestException.NotFound("number", $"There is no incident '{number}'. It may have been erased or moved to the archive.");
        return new IncidentStory(Shown(found, texts), found.Incident.TechCenter, found.Incident.State, found.Incident.Location, found.Incident.ConfigurationItem, found.Incident.ReopenCount, found.Incident.UpdatedOn)
        {
            CloseNotes = texts.CloseNotes(found),
            ArrivedAt = found.ArrivedAt,
            Embedder = found.Embedder,
            Problem = found.ProblemId is int problem ? new IncidentAnswer(problem, found.ProblemLabel ?? "", found.ClusterId ?? -1, found.ClusterLabel ?? "", found.DomainName ?? "", found.ModelVersion ?? "", found.PredictedAt) : null,
        };
    }

    private async Task<ShownIncidents> PageAsync(IncidentQuery query, IncidentRequest asked, TextView texts, CancellationToken cancellationToken)
    {
        IncidentPage page = await incidents.ReadIncidentsAsync(query, cancellationToken);
        return new ShownIncidents(page.Total, asked.Page, asked.PageSize, [.. page.Incidents.Select(incident => Shown(incident, texts))]);
    }

    private async IAsyncEnumerable<ShownIncident> ReadAllAsync(IncidentQuery query, TextView texts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (StoredIncident incident in incidents.StreamIncidentsAsync(query with { Skip = 0, Take = MostExported }, cancellationToken))
        {
            yield return Shown(incident, texts);
        }
    }

    private async Task<IncidentQuery> QueryAsync(IncidentRequest asked, CancellationToken cancellationToken) =>
        QueryOf(await names.OfQueryAsync(asked.TechCenter, cancellationToken), asked.Problem, ofVariant: false, asked);

    private async Task<IncidentQuery> QueryAsync(string techCenter, string id, bool ofVariant, IncidentRequest asked, CancellationToken cancellationToken)
    {
        string center = await directory.ResolveAsync(techCenter, RequestProblem.NotFound, cancellationToken);
        return int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? QueryOf(center, number, ofVariant, asked)
            : throw RequestException.NotFound("id", $"'{id}' is not the id of a problem or cluster: they are whole numbers.");
    }

    private static IncidentQuery QueryOf(string? techCenter, int? id, bool ofVariant, IncidentRequest asked) => new(techCenter, id, ofVariant)
    {
        From = asked.From,
        Until = asked.Until,
        Priority = asked.Priority,
        Text = asked.Text,
        Sort = asked.Sort,
        Skip = (asked.Page - 1) * asked.PageSize,
        Take = asked.PageSize,
    };

    private ShownIncident Shown(StoredIncident incident, TextView texts) => new(
        incident.Incident.Number,
        options.UrlOf(incident.Incident.Number),
        incident.Incident.CreatedOn,
        texts.Text(incident),
        incident.ClusterId,
        incident.Confidence,
        incident.Incident.Priority,
        incident.Incident.ResolvedOn,
        incident.Incident.TechCenter,
        incident.ProblemId,
        incident.ProblemLabel);
}

/// <summary>A page of incidents.</summary>
/// <param name="Total">Incidents on all pages.</param>
/// <param name="Page">This page's number, from 1.</param>
/// <param name="PageSize">Incidents per page.</param>
/// <param name="Incidents">This page's incidents; empty behind the last page.</param>
public sealed record ShownIncidents(long Total, int Page, int PageSize, IReadOnlyList<ShownIncident> Incidents);

/// <summary>An incident in a list.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Url">Its address in the source; null where the setting Incident:UrlTemplate names none.</param>
/// <param name="CreatedOn">When it was opened, in UTC; null where the source has no dates.</param>
/// <param name="Text">Its text: masked, and null where it is not preprocessed, unless the caller may see it as it came.</param>
/// <param name="ClusterId">The variant that it was predicted to be of, -1 for none; null where it is not predicted.</param>
/// <param name="Confidence">How sure the prediction is, 0 to 1.</param>
/// <param name="Priority">Its priority in the source's words; null where the source does not say.</param>
/// <param name="ResolvedOn">When it was resolved, in UTC; null where it is open or the source does not say.</param>
/// <param name="TechCenter">The tech center that owns it.</param>
/// <param name="ProblemId">The problem that it was predicted to be of, -1 for none; null where it is not predicted.</param>
/// <param name="ProblemLabel">The problem's name.</param>
public sealed record ShownIncident(
    string Number, string? Url, DateTimeOffset? CreatedOn, string? Text, int? ClusterId, double? Confidence, string? Priority, DateTimeOffset? ResolvedOn, string TechCenter, int? ProblemId, string? ProblemLabel);

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
    /// <summary>How it was resolved, masked unless the caller may see it as it came; null where the source does not say.</summary>
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
