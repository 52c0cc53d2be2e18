using Pipeline.Models;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Problems;

/// <summary>
/// The use case of looking at incidents as a map: near each other lies what is worded alike. Each tech center has a map of its own, made by the training of its model; what came in since, worded as nothing was
/// then, has no place on it. Names and membership are as people corrected them.
/// </summary>
public sealed class MapIncidents(IProblemIncidents incidents, ModelStore models, ModelDirectory directory)
{
    private const int FewestPoints = 400;

    /// <summary>Draws the map of a tech center, or those of all.</summary>
    /// <exception cref="RequestException">There is no such tech center or version, or none serves it.</exception>
    /// <exception cref="ModelException">The version that serves the tech center that was asked for is damaged.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<IncidentMap> RunAsync(MapQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        IReadOnlyList<MapVersion> versions = query.TechCenter is null
            ? await ServingAsync(cancellationToken)
            : [await VersionAsync(await directory.ResolveAsync(query.TechCenter, RequestProblem.NotFound, cancellationToken), query.Version, cancellationToken)];
        long all = Math.Max(1, versions.Sum(v => (long)v.Known.Manifest.Incidents));
        List<MapDrawing> drawings = [];
        foreach (MapVersion version in versions)
        {
            try
            {
                int most = Math.Max(Math.Min(FewestPoints, query.Points), (int)(query.Points * (long)version.Known.Manifest.Incidents / all));
                drawings.Add(await DrawAsync(version, most, cancellationToken));
            }
            catch (ModelException) when (query.TechCenter is null)
            {
                // The page of its problems says what is damaged; the others are drawn.
            }
        }

        return MapDrawing.Join(drawings);
    }

    private async Task<IReadOnlyList<MapVersion>> ServingAsync(CancellationToken cancellationToken)
    {
        List<MapVersion> serving = [];
        foreach (string center in await directory.ListAsync(cancellationToken))
        {
            try
            {
                ProblemHistory history = await ProblemHistory.ReadAsync(models, center, cancellationToken);
                if (history.Serving is KnownVersion known)
                {
                    serving.Add(new MapVersion(center, known, history));
                }
            }
            catch (ModelException)
            {
                // As above.
            }
        }

        return serving;
    }

    private async Task<MapVersion> VersionAsync(string center, string? version, CancellationToken cancellationToken)
    {
        ProblemHistory history = await ProblemHistory.ReadAsync(models, center, cancellationToken);
        if (version is not null && !string.Equals(version, history.Serving?.Manifest.Version, StringComparison.Ordinal))
        {
            ModelManifest manifest = await models.RequireAsync(center, version, cancellationToken);
            return new MapVersion(center, new KnownVersion(manifest, await models.ReadCorrectedAsync(manifest, cancellationToken), Current: false), history);
        }

        return history.Serving is KnownVersion serving
            ? new MapVersion(center, serving, history)
            : throw RequestException.NotFound("techCenter", $"No version serves '{center}' yet. Promote one, or name the version whose map is wanted.");
    }

    private async Task<MapDrawing> DrawAsync(MapVersion version, int most, CancellationToken cancellationToken)
    {
        MapDrawing drawing = new(version, KnownTexts.Read((await models.ReadAsync(version.Known.Manifest, cancellationToken)).Arrays));
        await foreach (AnsweredIncident incident in incidents.ReadAnsweredAsync(version.TechCenter, cancellationToken))
        {
            drawing.Add(incident);
        }

        drawing.Finish(most);
        return drawing;
    }
}

/// <summary>The maps of one or more tech centers. Points are told by the place of each value in arrays of the same length, which keeps thousands of them small.</summary>
/// <param name="Priorities">The priorities that occur, in ordinal order; points name them by their place here.</param>
/// <param name="FirstWeek">The Monday of the first week with a point; points count weeks from it. Null where no point has a date.</param>
/// <param name="Weeks">The weeks from it to the last one with a point.</param>
/// <param name="Centers">The maps, by tech center in ordinal order.</param>
public sealed record IncidentMap(IReadOnlyList<string> Priorities, DateOnly? FirstWeek, int Weeks, IReadOnlyList<CenterMap> Centers);

/// <summary>The map of a tech center. It has no proportions of its own but those between its points.</summary>
public sealed record CenterMap
{
    /// <summary>The longer side of a map.</summary>
    public const int Side = 10_000;

    /// <summary>The tech center.</summary>
    public required string TechCenter { get; init; }

    /// <summary>The model version whose map it is.</summary>
    public required string Version { get; init; }

    /// <summary>The versions that served, the first one first: each has a map.</summary>
    public required IReadOnlyList<string> Versions { get; init; }

    /// <summary>The incidents of the tech center that were predicted.</summary>
    public required int Incidents { get; init; }

    /// <summary>Those of them that have a place on this map. Where there are more than points, the points are taken evenly from them.</summary>
    public required int Placed { get; init; }

    /// <summary>The map's width, 1 to <see cref="Side"/>.</summary>
    public required int Width { get; init; }

    /// <summary>The map's height, 1 to <see cref="Side"/>.</summary>
    public required int Height { get; init; }

    /// <summary>The problems that have a place, the largest first.</summary>
    public required IReadOnlyList<MappedProblem> Problems { get; init; }

    /// <summary>The number of each point's incident.</summary>
    public required IReadOnlyList<string> Numbers { get; init; }

    /// <summary>Each point's place from the left.</summary>
    public required IReadOnlyList<int> X { get; init; }

    /// <summary>Each point's place from the top.</summary>
    public required IReadOnlyList<int> Y { get; init; }

    /// <summary>Each point's problem by its place in <see cref="Problems"/>, -1 for none.</summary>
    public required IReadOnlyList<int> Problem { get; init; }

    /// <summary>Each point's priority by its place in <see cref="IncidentMap.Priorities"/>, -1 where it is not known.</summary>
    public required IReadOnlyList<int> Priority { get; init; }

    /// <summary>Each point's week, counted from <see cref="IncidentMap.FirstWeek"/>; -1 where it has no date.</summary>
    public required IReadOnlyList<int> Week { get; init; }
}

/// <summary>A problem on a map.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Label">Its name.</param>
/// <param name="Size">Its incidents that have a place.</param>
/// <param name="X">Where its name goes, from the left: at its incident nearest to the middle of all of them.</param>
/// <param name="Y">The same from the top.</param>
/// <param name="Since">The first version that served and had it; that of the map where none did.</param>
public sealed record MappedProblem(int Id, string Label, int Size, int X, int Y, string Since);

/// <summary>A version whose map is wanted.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Known">The version.</param>
/// <param name="History">The versions that served.</param>
internal sealed record MapVersion(string TechCenter, KnownVersion Known, ProblemHistory History);
