using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Models;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Corrections;

/// <summary>
/// Keeps what people decided, a small JSON object for each tech center in the object store. It is written only over the state that was read, so that of several who decide at once none is lost, on every
/// host and beside every warehouse. Entries are added; only an erasure takes something out of one.
/// </summary>
public sealed class CorrectionLog(IObjectStore objects)
{
    /// <summary>The folder of the logs.</summary>
    public const string Root = "corrections";

    /// <summary>The most decisions about a tech center.</summary>
    public const int Most = 50_000;

    /// <summary>What was decided about a tech center.</summary>
    /// <exception cref="ObjectStoreException">The log cannot be read.</exception>
    public async Task<CenterCorrections> ReadAsync(string techCenter, CancellationToken cancellationToken = default) =>
        Parse(NameOf(techCenter), techCenter, await objects.ReadTaggedAsync(NameOf(techCenter), cancellationToken));

    /// <summary>The same, and a text that is another one after every decision; empty where there is none yet.</summary>
    /// <exception cref="ObjectStoreException">The log cannot be read.</exception>
    public async Task<(CenterCorrections Log, string Revision)> ReadTaggedAsync(string techCenter, CancellationToken cancellationToken = default)
    {
        TaggedObject? stored = await objects.ReadTaggedAsync(NameOf(techCenter), cancellationToken);
        return (Parse(NameOf(techCenter), techCenter, stored), RevisionOf(stored));
    }

    /// <summary>A text that is another one after every decision; empty where there is none yet.</summary>
    /// <exception cref="ObjectStoreException">The log cannot be read.</exception>
    public async Task<string> RevisionAsync(string techCenter, CancellationToken cancellationToken = default) => RevisionOf(await objects.ReadTaggedAsync(NameOf(techCenter), cancellationToken));

    /// <summary>The logs of all tech centers that have one, in the order of their folders.</summary>
    /// <exception cref="ObjectStoreException">A log cannot be read.</exception>
    public async Task<IReadOnlyList<CenterCorrections>> ListAsync(CancellationToken cancellationToken = default)
    {
        List<string> names = [];
        await foreach (StoredObject stored in objects.ListAsync($"{Root}/", cancellationToken))
        {
            names.Add(stored.Name);
        }

        List<CenterCorrections> logs = [];
        foreach (string name in names)
        {
            if (await objects.ReadTaggedAsync(name, cancellationToken) is TaggedObject stored)
            {
                logs.Add(Parse(name, techCenter: null, stored));
            }
        }

        return logs;
    }

    /// <summary>Adds decisions. Where another is added meanwhile, they are made anew, of the log that it left.</summary>
    /// <param name="techCenter">The tech center.</param>
    /// <param name="decide">Gives what is to be added to what is there; what it throws passes through, and nothing is added.</param>
    /// <param name="cancellationToken">Stops before the writing.</param>
    /// <returns>What was added.</returns>
    /// <exception cref="RequestException">The log is full.</exception>
    /// <exception cref="ObjectStoreException">The log cannot be read or written.</exception>
    public async Task<IReadOnlyList<Correction>> AddAsync(string techCenter, Func<CenterCorrections, IReadOnlyList<Correction>> decide, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(decide);
        IReadOnlyList<Correction> added = [];
        await objects.ChangeAsync(
            NameOf(techCenter),
            stored =>
            {
                CenterCorrections present = Parse(NameOf(techCenter), techCenter, stored);
                added = decide(present);
                return present.Entries.Count + added.Count <= Most
                    ? ValueTask.FromResult((present with { Entries = [.. present.Entries, .. added] }, added.Count > 0))
                    : throw new RequestException(RequestProblem.Conflict, string.Create(CultureInfo.InvariantCulture, $"'{techCenter}' has {present.Entries.Count} corrections; {Most} are the most. Export them, delete {NameOf(techCenter)} from the object store, and import those that are to hold."));
            },
            cancellationToken);
        return added;
    }

    /// <summary>Takes an incident out of all entries; doing it again changes nothing.</summary>
    /// <returns>The entries that named it.</returns>
    /// <exception cref="ObjectStoreException">A log cannot be read or written.</exception>
    public async Task<int> EraseAsync(string number, CancellationToken cancellationToken = default)
    {
        int erased = 0;
        foreach (string techCenter in (await ListAsync(cancellationToken)).Where(log => log.Entries.Any(Names)).Select(log => log.TechCenter))
        {
            int taken = 0;
            await objects.ChangeAsync(
                NameOf(techCenter),
                stored =>
                {
                    CenterCorrections present = Parse(NameOf(techCenter), techCenter, stored);
                    taken = present.Entries.Count(Names);
                    return ValueTask.FromResult((present with { Entries = [.. present.Entries.Select(e => Names(e) ? Without(e) : e)] }, taken > 0));
                },
                cancellationToken);
            erased += taken;
        }

        return erased;

        bool Names(Correction entry) => entry.Tickets?.Any(t => string.Equals(t.Number, number, StringComparison.Ordinal)) == true;

        Correction Without(Correction entry) => entry with { Tickets = [.. entry.Tickets!.Where(t => !string.Equals(t.Number, number, StringComparison.Ordinal))], ErasedTickets = entry.ErasedTickets + 1 };
    }

    /// <summary>The object that holds a tech center's log.</summary>
    public static string NameOf(string techCenter) => $"{Root}/{ModelPaths.HashedSlug(techCenter)}.json";

    private static string RevisionOf(TaggedObject? stored) => stored is null ? "" : Convert.ToHexStringLower(SHA256.HashData(stored.Content.Span))[..16];

    private static CenterCorrections Parse(string name, string? techCenter, TaggedObject? stored)
    {
        if (stored is null)
        {
            return new CenterCorrections(techCenter!, []);
        }

        try
        {
            CenterCorrections log = JsonSerializer.Deserialize<CenterCorrections>(stored.Content.Span, PipelineJson.Indented) ?? throw new JsonException("it holds null");
            return log.Entries.Contains(null!) ? throw new JsonException("one of its entries is null") : log;
        }
        catch (JsonException e)
        {
            throw new ObjectStoreException($"{name}, the log of corrections, cannot be read: {e.Message.TrimEnd('.')}. Restore it from a backup (restore --only configuration), or delete it to go on without corrections.", e);
        }
    }
}
