using System.Globalization;
using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Corrections;

/// <summary>
/// The use case of correcting what the models found: deciding something, and taking it back. A decision is kept first and then applied to the predictions that are there; where that is cut short, the next
/// prediction does the rest.
/// </summary>
/// <param name="log">Keeps what is decided.</param>
/// <param name="models">The versions.</param>
/// <param name="directory">The tech centers.</param>
/// <param name="incidents">The tickets.</param>
/// <param name="examples">Finds the tickets that stand for a problem.</param>
/// <param name="clock">Tells when.</param>
/// <param name="apply">Applies what holds to the predictions of a tech center and gives how many changed; null to leave that to the next prediction.</param>
public sealed class CorrectProblems(CorrectionLog log, ModelStore models, ModelDirectory directory, IRemovals incidents, ProblemExamples examples, TimeProvider clock, Func<string, CancellationToken, Task<int>>? apply = null)
{
    // A request is not to wait longer for what the next prediction does as well.
    private static readonly TimeSpan LongestApplying = TimeSpan.FromSeconds(20);

    /// <summary>Decides something.</summary>
    /// <param name="request">What.</param>
    /// <param name="by">Who.</param>
    /// <param name="cancellationToken">Stops before it is kept.</param>
    /// <exception cref="RequestException">It cannot be read, names what is not there, or does not fit what was decided before.</exception>
    /// <exception cref="ModelException">The version that serves is damaged.</exception>
    /// <exception cref="ObjectStoreException">The log cannot be read or written.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<CorrectionMade> AddAsync(CorrectionRequest request, string by, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Correction asked = request.Read();
        string center = await directory.ResolveAsync(request.TechCenter, cancellationToken: cancellationToken);
        ModelClusters trained = await ServingAsync(center, cancellationToken);
        asked = asked.Kind == CorrectionKind.Merge
            ? await WithExamplesAsync(center, trained, asked, cancellationToken)
            : asked with { Tickets = asked.Tickets is null ? null : await FoundAsync(center, asked.Tickets, cancellationToken) };
        IReadOnlyList<Correction> added = await log.AddAsync(
            center,
            present =>
            {
                Correction entry = asked with { Id = Guid.CreateVersion7().ToString("N"), At = clock.GetUtcNow(), By = by, NewProblem = asked.Kind == CorrectionKind.Split ? present.NextProblem : null };
                RequireSeen(present, entry, request.Seen);
                RequireFits(trained, present, entry);
                return [entry];
            },
            cancellationToken);
        return await AppliedAsync(center, added[0], cancellationToken);
    }

    /// <summary>Takes something back, or, of what takes back, has it hold again.</summary>
    /// <param name="id">The correction.</param>
    /// <param name="by">Who.</param>
    /// <param name="cancellationToken">Stops before it is kept.</param>
    /// <exception cref="RequestException">There is no such correction, or it does not hold any more.</exception>
    /// <exception cref="ObjectStoreException">The log cannot be read or written.</exception>
    public async Task<CorrectionMade> UndoAsync(string id, string by, CancellationToken cancellationToken = default)
    {
        string center = (await log.ListAsync(cancellationToken)).FirstOrDefault(l => l.Entries.Any(e => string.Equals(e.Id, id, StringComparison.Ordinal)))?.TechCenter
            ?? throw RequestException.NotFound("id", $"There is no correction '{id}'. List the corrections to see their ids.");
        IReadOnlyList<Correction> added = await log.AddAsync(
            center,
            present => present.Undone().TryGetValue(id, out Correction? undo)
                ? throw Refused("id", string.Create(CultureInfo.InvariantCulture, $"It was taken back already, by {undo.By} at {undo.At:yyyy-MM-dd HH:mm} UTC. Undo {undo.Id} to have it hold again."))
                : [new Correction { Id = Guid.CreateVersion7().ToString("N"), At = clock.GetUtcNow(), By = by, Kind = CorrectionKind.Undo, Undoes = id }],
            cancellationToken);
        return await AppliedAsync(center, added[0], cancellationToken);
    }

    /// <summary>What was trained of a tech center in the version that serves.</summary>
    internal async Task<ModelClusters> ServingAsync(string center, CancellationToken cancellationToken) =>
        (await models.LoadServingAsync(center, models.ReadClustersAsync, cancellationToken))?.Loaded
            ?? throw new RequestException(RequestProblem.Conflict, $"No model serves '{center}', so that there is nothing to correct. Train it, or promote a version.");

    /// <summary>Applies what holds to what is predicted; what fails or lasts is left to the next prediction.</summary>
    internal async Task<(int Changed, string? Pending)> ApplyAsync(string center, CancellationToken cancellationToken)
    {
        if (apply is null)
        {
            return (0, "The next prediction applies it to the tickets that are there.");
        }

        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestApplying);
        try
        {
            return (await apply(center, limit.Token), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (0, "It is kept. The tickets that are there take longer: the next prediction goes on with them.");
        }
        catch (Exception e) when (e is WarehouseException or ObjectStoreException or ModelException)
        {
            return (0, $"It is kept. The next prediction applies it to the tickets that are there; now that failed: {e.Message}");
        }
    }

    private async Task<CorrectionMade> AppliedAsync(string center, Correction correction, CancellationToken cancellationToken)
    {
        (int changed, string? pending) = await ApplyAsync(center, cancellationToken);
        return new CorrectionMade(center, correction, changed, pending);
    }

    // A training may scatter either of the two: what the one was is kept as tickets, what the other was called as its name.
    private async Task<Correction> WithExamplesAsync(string center, ModelClusters trained, Correction merge, CancellationToken cancellationToken)
    {
        IReadOnlyList<ModelProblem> problems = CorrectedProblems.Of(trained, await log.ReadAsync(center, cancellationToken)).Clusters.Problems;
        return merge with
        {
            Text = problems.FirstOrDefault(p => p.Id == merge.Into)?.Label,
            Tickets = problems.FirstOrDefault(p => p.Id == merge.Problem) is ModelProblem problem ? await examples.OfAsync(center, problem, cancellationToken) : null,
        };
    }

    private async Task<IReadOnlyList<MovedTicket>> FoundAsync(string center, IReadOnlyList<MovedTicket> named, CancellationToken cancellationToken)
    {
        List<MovedTicket> found = [];
        List<string> missing = [];
        foreach (MovedTicket ticket in named)
        {
            StoredIncident? stored = await incidents.FindIncidentAsync(ticket.Number, cancellationToken);
            if (stored is null || !string.Equals(stored.Incident.TechCenter, center, StringComparison.Ordinal))
            {
                missing.Add(stored is null ? $"There is no ticket '{ticket.Number}'." : $"The ticket '{ticket.Number}' is of the tech center '{stored.Incident.TechCenter}'.");
            }
            else
            {
                found.Add(ticket with { ContentHash = stored.ContentHash });
            }
        }

        return missing.Count == 0 ? found : throw RequestException.Invalid("tickets", $"{string.Join(' ', missing.Take(5))} Name tickets of '{center}'; they may have been erased or moved to the archive.");
    }

    private static void RequireSeen(CenterCorrections present, Correction entry, string? seen)
    {
        if (seen is null)
        {
            return;
        }

        Correction[] since = [.. present.Entries.SkipWhile(e => !string.Equals(e.Id, seen, StringComparison.Ordinal)).Skip(1)];
        if (seen.Length > 0 && !present.Entries.Any(e => string.Equals(e.Id, seen, StringComparison.Ordinal)))
        {
            throw RequestException.Invalid("seen", $"There is no correction '{seen}' of '{present.TechCenter}'. Send the id of the newest one that you know, or leave it out.");
        }

        Dictionary<string, Correction> all = present.Entries.ToDictionary(e => e.Id, StringComparer.Ordinal);
        Correction? other = (seen.Length == 0 ? present.Entries : since).LastOrDefault(e => Touches(e));
        if (other is not null)
        {
            throw Refused("seen", string.Create(CultureInfo.InvariantCulture, $"{other.By} corrected the same problem at {other.At:yyyy-MM-dd HH:mm:ss} UTC: {Describe(other)}. Look at it, and decide again."));
        }

        bool Touches(Correction e)
        {
            Correction about = e;
            while (about.Undoes is string undone && all.TryGetValue(undone, out Correction? target))
            {
                about = target;
            }

            return about.Concerns(entry.Problem!.Value) || (entry.Into is int into && about.Concerns(into));
        }
    }

    // What is decided must fit the version that serves, with what holds.
    private static void RequireFits(ModelClusters trained, CenterCorrections present, Correction entry)
    {
        CorrectedProblems before = CorrectedProblems.Of(trained, present);
        RequireProblem(before, "problem", entry.Problem!.Value);
        if (entry.Into is int into)
        {
            RequireProblem(before, "into", into);
            if (into == entry.Problem)
            {
                throw RequestException.Invalid("into", "A problem cannot be merged into itself. Name another one.");
            }
        }

        if (entry.Variants is { } leaving)
        {
            IReadOnlyList<int> variants = before.Clusters.Problems.First(p => p.Id == entry.Problem).Variants;
            if (leaving.Except(variants).Any() || variants.Count == leaving.Count)
            {
                throw RequestException.Invalid("variants", $"The problem {entry.Problem} has the variants {string.Join(", ", variants)}; name some of them, and leave at least one.");
            }
        }
    }

    private static void RequireProblem(CorrectedProblems known, string field, int problem)
    {
        if (known.Has(problem))
        {
            return;
        }

        throw known.MergedInto(problem) is int into
            ? Refused(field, $"The problem {problem} was merged into the problem {into}. Correct that one, or undo the merge.")
            : RequestException.Invalid(field, $"The version that serves has no problem {problem}. List the problems to see their ids.");
    }

    private static string Describe(Correction correction) =>
        $"{CorrectionRequest.NameOf(correction.Kind)}{(correction.Undoes is string undone ? $" of {undone}" : "")}{(correction.Into is int into ? $" into {into}" : "")}{(correction.Text is { Length: > 0 } text ? $" '{text}'" : correction.Status is ProblemStatus status ? $" {CorrectionRequest.NameOf(status)}" : "")}";

    private static RequestException Refused(string field, string message) => new(RequestProblem.Conflict, message, new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] });
}

/// <summary>A correction that was made.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Correction">What was decided.</param>
/// <param name="Changed">How many predictions changed by it.</param>
/// <param name="Pending">Why predictions wait for the next run of the prediction; null where they do not.</param>
public sealed record CorrectionMade(string TechCenter, Correction Correction, int Changed, string? Pending);
