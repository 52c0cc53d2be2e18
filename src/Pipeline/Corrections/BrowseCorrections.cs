using System.Globalization;
using Pipeline.Models;
using Pipeline.Requests;

namespace Pipeline.Corrections;

/// <summary>The use case of looking through what was decided: the history, what was taken back, and what does not fit the version that serves.</summary>
public sealed class BrowseCorrections(CorrectionLog log, ModelStore models, ModelDirectory directory)
{
    private const int LargestPage = 200;

    /// <summary>A page of decisions, the newest first.</summary>
    /// <param name="techCenter">The tech center's name or folder; null for all.</param>
    /// <param name="problem">Only those about this problem, as text; null for all.</param>
    /// <param name="conflicts">true for only those that have a conflict; null for all.</param>
    /// <param name="page">The page as text, from 1.</param>
    /// <param name="pageSize">Decisions per page as text, 1 to 200.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There is no such tech center, or a text cannot be read.</exception>
    public async Task<CorrectionPage> ListAsync(string? techCenter, string? problem, string? conflicts, string? page, string? pageSize, CancellationToken cancellationToken = default)
    {
        int? about = string.IsNullOrEmpty(problem) ? null : Number("problem", problem, 0, int.MaxValue);
        int number = string.IsNullOrEmpty(page) ? 1 : Number("page", page, 1, 1_000_000);
        int size = string.IsNullOrEmpty(pageSize) ? 50 : Number("pageSize", pageSize, 1, LargestPage);
        if (conflicts is not (null or "" or "true" or "false"))
        {
            throw RequestException.Invalid("conflicts", $"conflicts is '{conflicts}'; it must be true or false.");
        }

        string? center = string.IsNullOrEmpty(techCenter) ? null : await directory.ResolveAsync(techCenter, RequestProblem.NotFound, cancellationToken);
        List<ShownCorrection> shown = [];
        foreach (CenterCorrections one in center is null ? await log.ListAsync(cancellationToken) : [await log.ReadAsync(center, cancellationToken)])
        {
            shown.AddRange(await ShowAsync(one, cancellationToken));
        }

        ShownCorrection[] asked =
        [
            .. shown.Where(s => (about is null || s.About.Concerns(about.Value)) && (conflicts is not "true" || s.Conflict is not null))
                .OrderByDescending(s => s.Place).ThenBy(s => s.TechCenter, StringComparer.Ordinal),
        ];
        IEnumerable<ShownCorrection> ordered = center is null ? asked.OrderByDescending(s => s.Correction.At) : asked;
        return new CorrectionPage(asked.Length, shown.Count(s => s.Conflict is not null), LastOf(shown, center), number, size, [.. ordered.Skip((number - 1) * size).Take(size)]);
    }

    private static string? LastOf(List<ShownCorrection> shown, string? center) => center is null ? null : shown.MaxBy(s => s.Place)?.Correction.Id ?? "";

    private async Task<IEnumerable<ShownCorrection>> ShowAsync(CenterCorrections decided, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, Correction> undone = decided.Undone();
        Dictionary<string, Correction> all = decided.Entries.ToDictionary(e => e.Id, StringComparer.Ordinal);
        Dictionary<string, CorrectionConflict> conflicts = await ConflictsAsync(decided, cancellationToken);
        return decided.Entries.Select((entry, place) => new ShownCorrection(
            decided.TechCenter, entry, undone.TryGetValue(entry.Id, out Correction? undo) ? new CorrectionUndone(undo.Id, undo.By, undo.At) : null, conflicts.GetValueOrDefault(entry.Id))
        {
            About = AboutOf(entry, all),
            Place = place,
        });
    }

    private async Task<Dictionary<string, CorrectionConflict>> ConflictsAsync(CenterCorrections decided, CancellationToken cancellationToken)
    {
        try
        {
            ModelClusters? trained = (await models.LoadServingAsync(decided.TechCenter, models.ReadClustersAsync, cancellationToken))?.Loaded;
            return trained is null
                ? decided.Holding.ToDictionary(e => e.Id, e => new CorrectionConflict(e.Id, $"No model serves '{decided.TechCenter}'.", "Train it; the corrections that fit hold then."), StringComparer.Ordinal)
                : CorrectedProblems.Of(trained, decided).Conflicts.GroupBy(c => c.Id, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        }
        catch (ModelException)
        {
            // What is damaged is told of in the status.
            return [];
        }
    }

    private static Correction AboutOf(Correction entry, Dictionary<string, Correction> all)
    {
        while (entry.Undoes is string undone && all.TryGetValue(undone, out Correction? target))
        {
            entry = target;
        }

        return entry;
    }

    private static int Number(string name, string text, int lowest, int highest) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= lowest && number <= highest
            ? number
            : throw RequestException.Invalid(name, string.Create(CultureInfo.InvariantCulture, $"{name} is '{text}'; it must be a whole number from {lowest} to {highest}."));
}

/// <summary>A page of decisions.</summary>
/// <param name="Total">Decisions on all pages.</param>
/// <param name="Conflicts">How many of all decisions about the tech center, or of all where none is named, do not fit.</param>
/// <param name="Newest">The newest correction of the tech center, to be sent as <c>seen</c>; empty where there is none, null where no tech center is named.</param>
/// <param name="Page">This page's number, from 1.</param>
/// <param name="PageSize">Decisions per page.</param>
/// <param name="Corrections">This page's decisions, the newest first.</param>
public sealed record CorrectionPage(int Total, int Conflicts, string? Newest, int Page, int PageSize, IReadOnlyList<ShownCorrection> Corrections);

/// <summary>A decision with what became of it.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Correction">The decision.</param>
/// <param name="Undone">What took it back; null where it holds.</param>
/// <param name="Conflict">Why it does not fit the version that serves, and what to do; null where it does.</param>
public sealed record ShownCorrection(string TechCenter, Correction Correction, CorrectionUndone? Undone, CorrectionConflict? Conflict)
{
    /// <summary>The decision that it is about in the end: of what takes back, what is taken back.</summary>
    internal Correction About { get; init; } = Correction;

    /// <summary>Its place in the log.</summary>
    internal int Place { get; init; }
}

/// <summary>What took a decision back.</summary>
/// <param name="Id">The correction that did.</param>
/// <param name="By">Who.</param>
/// <param name="At">When, in UTC.</param>
public sealed record CorrectionUndone(string Id, string By, DateTimeOffset At);
