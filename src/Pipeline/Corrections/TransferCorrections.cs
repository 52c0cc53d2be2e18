using System.Globalization;
using System.Text.Json;
using Pipeline.Requests;

namespace Pipeline.Corrections;

/// <summary>
/// The use case of carrying corrections to another installation, as lines of JSON. What was brought before is passed over. Who decided and when stays as it was; what does not fit the models there is a
/// conflict there.
/// </summary>
public sealed class TransferCorrections(CorrectionLog log, CorrectProblems correct)
{
    private const int LongestName = 200;
    private const int MostRefused = 20;

    /// <summary>All decisions, by tech center and in their order.</summary>
    /// <exception cref="Storage.ObjectStoreException">A log cannot be read.</exception>
    public async Task<IReadOnlyList<ExportedCorrection>> ExportAsync(CancellationToken cancellationToken = default) =>
        [.. (await log.ListAsync(cancellationToken)).SelectMany(one => one.Entries.Select(entry => new ExportedCorrection(one.TechCenter, entry)))];

    /// <summary>Adds decisions of another installation. Lines that cannot be used are left out and named; the others are taken.</summary>
    /// <param name="lines">A decision on each line, as <see cref="ExportAsync"/> gives them.</param>
    /// <param name="by">Who brings them.</param>
    /// <param name="cancellationToken">Stops before the next tech center.</param>
    /// <exception cref="RequestException">There is no line, or there are too many.</exception>
    public async Task<ImportedCorrections> ImportAsync(TextReader lines, string by, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lines);
        List<ExportedCorrection> read = [];
        List<RefusedLine> refused = [];
        int line = 0;
        while (await lines.ReadLineAsync(cancellationToken) is string text)
        {
            line++;
            if (read.Count + refused.Count >= CorrectionLog.Most)
            {
                throw new RequestException(RequestProblem.TooLarge, string.Create(CultureInfo.InvariantCulture, $"There are more than {CorrectionLog.Most} lines. Import them in several parts."));
            }

            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }

            try
            {
                read.Add(Checked(JsonSerializer.Deserialize<ExportedCorrection>(text, PipelineJson.Compact) ?? throw new JsonException("it holds null")));
            }
            catch (Exception e) when (e is JsonException or RequestException)
            {
                refused.Add(new RefusedLine(line, e.Message));
            }
        }

        if (read.Count + refused.Count == 0)
        {
            throw new RequestException(RequestProblem.Invalid, "The body has no line. Send what the export gave: a JSON object on each line.");
        }

        int added = 0;
        List<string> pending = [];
        foreach (IGrouping<string, ExportedCorrection> center in read.GroupBy(r => r.TechCenter, StringComparer.Ordinal))
        {
            added += (await log.AddAsync(center.Key, present => Fresh(present, center.Select(c => c.Correction), by), cancellationToken)).Count;
            if ((await correct.ApplyAsync(center.Key, cancellationToken)).Pending is string waits)
            {
                pending.Add($"{center.Key}: {waits}");
            }
        }

        return new ImportedCorrections(added, read.Count - added, refused.Count, [.. refused.Take(MostRefused)], pending);
    }

    // Ids of splits are given anew where another split has them here; what is about them follows.
    private static List<Correction> Fresh(CenterCorrections present, IEnumerable<Correction> brought, string by)
    {
        HashSet<string> known = [.. present.Entries.Select(e => e.Id)];
        HashSet<int> taken = [.. present.Entries.Select(e => e.NewProblem).OfType<int>()];
        Dictionary<int, int> given = [];
        List<Correction> fresh = [];
        int next = present.NextProblem;
        foreach (Correction correction in brought.Where(c => !known.Contains(c.Id)).DistinctBy(c => c.Id, StringComparer.Ordinal))
        {
            if (correction.Undoes is string undone && !known.Contains(undone))
            {
                continue;
            }

            if (correction.NewProblem is int own)
            {
                if (!taken.Add(own))
                {
                    given[own] = next;
                    taken.Add(next);
                }

                next = Math.Max(next, Given(own)!.Value + 1);
            }

            known.Add(correction.Id);
            fresh.Add(correction with { Problem = Given(correction.Problem), Into = Given(correction.Into), NewProblem = Given(correction.NewProblem), ImportedBy = by });
        }

        return fresh;

        int? Given(int? problem) => problem is int id && given.TryGetValue(id, out int anew) ? anew : problem;
    }

    private static ExportedCorrection Checked(ExportedCorrection brought)
    {
        Correction correction = brought.Correction;
        if (brought.TechCenter.Length > LongestName || string.IsNullOrWhiteSpace(brought.TechCenter) || string.IsNullOrWhiteSpace(correction.By) || correction.By.Length > LongestName)
        {
            throw new JsonException($"techCenter and by must be names of up to {LongestName} characters");
        }

        if (correction.Id.Length != 32 || !correction.Id.All(char.IsAsciiHexDigitLower))
        {
            throw new JsonException("id must be 32 hexadecimal digits in lower case");
        }

        if (correction.Kind == CorrectionKind.Undo)
        {
            return correction.Undoes is null ? throw new JsonException("undoes is missing: it names the correction that is taken back")
                : correction is { Problem: null, Into: null, NewProblem: null, Variants: null, Text: null, Status: null, Tickets: null } ? brought
                : throw new JsonException("undoes is all that an undo has; leave the other fields out");
        }

        if (correction.Undoes is not null)
        {
            throw new JsonException("undoes belongs to an undo; leave it out");
        }

        if (correction.Kind == CorrectionKind.Split != (correction.NewProblem is not null) || correction.NewProblem is < CenterCorrections.FirstSplitId or > CenterCorrections.LastSplitId)
        {
            throw new JsonException($"newProblem belongs to a split, and is {CenterCorrections.FirstSplitId} to {CenterCorrections.LastSplitId}");
        }

        if (correction.Tickets?.Count > CorrectionRequest.MostTickets || correction.Tickets?.Any(ticket => string.IsNullOrEmpty(ticket?.Number)) == true || correction.Text?.Length > CorrectionRequest.LongestText)
        {
            throw new JsonException($"tickets must be {CorrectionRequest.MostTickets} at most, each with its number, and text {CorrectionRequest.LongestText} characters");
        }

        // Name and tickets of a merge are noted when it is decided; nobody asks for them. Of a move whose tickets were erased it is left how many they were.
        bool isMerge = correction.Kind == CorrectionKind.Merge;
        bool areErased = correction is { Kind: CorrectionKind.Move or CorrectionKind.NotThis, Tickets.Count: 0, ErasedTickets: > 0 };
        string[]? tickets = isMerge ? null : areErased ? ["erased"] : correction.Tickets?.Select(t => t.Number).ToArray();
        Correction read = new CorrectionRequest(
            null, CorrectionRequest.NameOf(correction.Kind), correction.Problem, correction.Into, correction.Variants, isMerge ? null : correction.Text, correction.Status is { } status ? CorrectionRequest.NameOf(status) : null, tickets).Read();
        return isMerge ? brought : brought with { Correction = correction with { Text = read.Text } };
    }
}

/// <summary>A decision on its way to another installation.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Correction">The decision.</param>
public sealed record ExportedCorrection(string TechCenter, Correction Correction);

/// <summary>What became of lines that were brought.</summary>
/// <param name="Added">Decisions that were added.</param>
/// <param name="Known">Those that were here already, or take back what was not brought.</param>
/// <param name="Refused">Lines that cannot be used.</param>
/// <param name="Lines">The first of them.</param>
/// <param name="Pending">The tech centers whose predictions wait for the next run, and why.</param>
public sealed record ImportedCorrections(int Added, int Known, int Refused, IReadOnlyList<RefusedLine> Lines, IReadOnlyList<string> Pending);

/// <summary>A line that cannot be used.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Reason">Why.</param>
public sealed record RefusedLine(int Line, string Reason);
