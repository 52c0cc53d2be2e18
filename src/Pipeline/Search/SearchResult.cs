namespace Pipeline.Search;

/// <summary>What a search found.</summary>
/// <param name="Text">What was looked for, masked.</param>
/// <param name="Candidates">How many incidents the two orders have together, at most 400; the facets count them.</param>
/// <param name="Incidents">The best of them.</param>
/// <param name="Facets">How the candidates spread.</param>
public sealed record SearchResult(string Text, int Candidates, IReadOnlyList<FoundIncident> Incidents, SearchFacets Facets);

/// <summary>An incident that was found.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Url">Its address in the source; null where the setting Incident:UrlTemplate names none.</param>
/// <param name="TechCenter">The tech center that owns it.</param>
/// <param name="CreatedOn">When it was opened, in UTC; null where the source has no dates.</param>
/// <param name="Text">Its text, masked unless the caller may see it as it came.</param>
/// <param name="Highlights">Where the words that were looked for stand in the text: start and end in UTF-16 characters.</param>
public sealed record FoundIncident(string Number, string? Url, string TechCenter, DateTimeOffset? CreatedOn, string Text, IReadOnlyList<IReadOnlyList<int>> Highlights)
{
    /// <summary>Its priority in the source's words; null where the source does not say.</summary>
    public string? Priority { get; init; }

    /// <summary>When it was resolved, in UTC; null where it is open or the source does not say.</summary>
    public DateTimeOffset? ResolvedOn { get; init; }

    /// <summary>The problem that it was predicted to be of, -1 for none; null where it is not predicted.</summary>
    public int? ProblemId { get; init; }

    /// <summary>The problem's name; null where it is not predicted.</summary>
    public string? ProblemLabel { get; init; }

    /// <summary>The sum of 1 / (60 + rank) over both orders.</summary>
    public double Score { get; init; }

    /// <summary>Its place by words, from 1; null where it is not among the best 200.</summary>
    public int? WordRank { get; init; }

    /// <summary>Its place by vector, from 1; null where it is not among the best 200.</summary>
    public int? VectorRank { get; init; }

    /// <summary>The cosine of its vector to that of the text, -1 to 1; null where it is not among the best by vector.</summary>
    public double? Likeness { get; init; }

    /// <summary>How it was resolved, masked as the text is, among similar incidents only; null where the source does not say.</summary>
    public string? CloseNotes { get; init; }
}

/// <summary>How incidents that were found spread, the most frequent first.</summary>
/// <param name="TechCenters">By tech center.</param>
/// <param name="Problems">By problem, those of no problem left out.</param>
public sealed record SearchFacets(IReadOnlyList<CenterFacet> TechCenters, IReadOnlyList<ProblemFacet> Problems)
{
    /// <summary>Counts incidents.</summary>
    internal static SearchFacets Of(IReadOnlyList<FoundIncident> found) => new(
        [.. found.GroupBy(f => f.TechCenter, StringComparer.Ordinal).Select(g => new CenterFacet(g.Key, g.Count())).OrderByDescending(f => f.Count).ThenBy(f => f.TechCenter, StringComparer.Ordinal)],
        [
            .. found.Where(f => f.ProblemId >= 0).GroupBy(f => (f.TechCenter, f.ProblemId))
                .Select(g => new ProblemFacet(g.Key.TechCenter, g.Key.ProblemId!.Value, g.First().ProblemLabel ?? "", g.Count()))
                .OrderByDescending(f => f.Count).ThenBy(f => f.TechCenter, StringComparer.Ordinal).ThenBy(f => f.Id),
        ]);
}

/// <summary>How many of the incidents are of a tech center.</summary>
/// <param name="TechCenter">Its name.</param>
/// <param name="Count">How many.</param>
public sealed record CenterFacet(string TechCenter, int Count);

/// <summary>How many of the incidents are of a problem.</summary>
/// <param name="TechCenter">Its tech center.</param>
/// <param name="Id">Its id.</param>
/// <param name="Label">Its name.</param>
/// <param name="Count">How many.</param>
public sealed record ProblemFacet(string TechCenter, int Id, string Label, int Count);

/// <summary>The incidents most alike to one.</summary>
/// <param name="Number">The number of that one.</param>
/// <param name="Incidents">The others, the most alike first.</param>
public sealed record SimilarIncidents(string Number, IReadOnlyList<FoundIncident> Incidents);
