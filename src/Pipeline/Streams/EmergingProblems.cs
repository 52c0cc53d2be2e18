using System.Text.Json;
using Pipeline.Encryption;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Streams;

/// <summary>
/// The problems of a tech center that were told of since its last training, each with the id that it will keep: a training that finds the problem takes it over under this id.
/// Kept beside the stream in the object store, sealed as its state is; read without its lease.
/// </summary>
/// <param name="objects">Where they are kept.</param>
/// <param name="seal">Seals what is kept.</param>
/// <param name="unreadable">Told why a list cannot be read, where that is gone over; null where nobody wants to know.</param>
public sealed class EmergingProblems(IObjectStore objects, EnvelopeSeal seal, Action<string>? unreadable = null)
{
    private const int MostIncidents = 5_000;

    /// <summary>The problems, in the order in which they were noticed; those that a version knows by now are among them.</summary>
    /// <param name="folder">The tech center's folder, as its model versions name it.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ObjectStoreException">The object store cannot be read, or what it holds is damaged.</exception>
    public async Task<IReadOnlyList<EmergingRecord>> ListAsync(string folder, CancellationToken cancellationToken = default)
    {
        string name = NameOf(folder);
        if (await StreamObjects.ReadAsync(objects, name, cancellationToken) is not byte[] stored)
        {
            return [];
        }

        try
        {
            return JsonSerializer.Deserialize<EmergingRecord[]>(seal.Open(name, stored), PipelineJson.Compact) ?? [];
        }
        catch (Exception e) when (e is InvalidDataException or JsonException)
        {
            throw new ObjectStoreException($"The emerging problems of '{folder}' cannot be read: {e.Message} Restore the object from a backup, or delete it: the next prediction writes it anew, with other ids.", e);
        }
    }

    /// <summary>As <see cref="ListAsync"/>, but none where the list is damaged: that is told and counted as an error, and neither a training nor a report waits until it is mended.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<IReadOnlyList<EmergingRecord>> ListReadableAsync(string folder, CancellationToken cancellationToken = default)
    {
        try
        {
            return await ListAsync(folder, cancellationToken);
        }
        catch (ObjectStoreException e) when (IsDamage(e))
        {
            PipelineMetrics.Fail(PipelineOperation.Stream, folder);
            unreadable?.Invoke(e.Message);
            return [];
        }
    }

    /// <summary>Writes what has become of the events of a stream; each that is not known yet is given the next free id.</summary>
    /// <param name="folder">The tech center's folder.</param>
    /// <param name="present">The events, with the incidents that are of each.</param>
    /// <param name="freeId">The lowest problem id that no version has used.</param>
    /// <param name="isNew">Told of each that is not known yet, before it is written: a crash between tells of it again.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    internal async Task UpdateAsync(string folder, IReadOnlyList<(StreamEvent Event, IReadOnlyList<string> Incidents)> present, int freeId, Func<EmergingRecord, Task> isNew, CancellationToken cancellationToken)
    {
        IReadOnlyList<EmergingRecord> known = await ListAsync(folder, cancellationToken);
        int next = Math.Max(freeId, known.Select(r => r.ProblemId + 1).DefaultIfEmpty(0).Max());
        List<EmergingRecord> records = [.. known];
        foreach ((StreamEvent told, IReadOnlyList<string> incidents) in present)
        {
            int at = records.FindIndex(r => string.Equals(r.Event.Id, told.Id, StringComparison.Ordinal));
            if (at < 0)
            {
                records.Add(new EmergingRecord(next++, told, incidents));
                await isNew(records[^1]);
            }
            else
            {
                // What the stream has dropped by now is of it all the same: a training finds the problem by it.
                records[at] = records[at] with { Event = told, Incidents = [.. records[at].Incidents.Union(incidents, StringComparer.Ordinal).TakeLast(MostIncidents)] };
            }
        }

        string name = NameOf(folder);
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(records, PipelineJson.Compact);
        if (!content.AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(known, PipelineJson.Compact)))
        {
            byte[] sealedContent = seal.Seal(name, content);
            await objects.WriteAsync(name, async (output, token) => await output.WriteAsync(sealedContent, token), cancellationToken: cancellationToken);
        }
    }

    /// <summary>Takes an incident out of the list: its number, and its texts among the examples. A list that cannot be read is deleted: what it holds is not known.</summary>
    /// <returns>How many problems had it; 1 where the list was deleted.</returns>
    internal async Task<int> EraseAsync(string folder, string number, IReadOnlyCollection<string> texts, CancellationToken cancellationToken)
    {
        string name = NameOf(folder);
        IReadOnlyList<EmergingRecord> known;
        try
        {
            known = await ListAsync(folder, cancellationToken);
        }
        catch (ObjectStoreException e) when (IsDamage(e))
        {
            await objects.DeleteAsync(name, cancellationToken);
            return 1;
        }

        StreamErasure erasure = new(number, texts);
        EmergingRecord[] rest = [.. known.Select(r => r with { Event = erasure.Without(r.Event), Incidents = [.. r.Incidents.Where(i => !string.Equals(i, number, StringComparison.Ordinal))] })];
        int changed = known.Zip(rest).Count(both => both.First.Incidents.Count != both.Second.Incidents.Count || !ReferenceEquals(both.First.Event, both.Second.Event));
        if (changed > 0)
        {
            byte[] sealedContent = seal.Seal(name, JsonSerializer.SerializeToUtf8Bytes(rest, PipelineJson.Compact));
            await objects.WriteAsync(name, async (output, token) => await output.WriteAsync(sealedContent, token), cancellationToken: cancellationToken);
        }

        return changed;
    }

    private static bool IsDamage(ObjectStoreException e) => e.InnerException is InvalidDataException or JsonException;

    private static string NameOf(string folder) => $"{StreamPaths.Folder(StreamPaths.Emerging + folder)}problems.json";
}

/// <summary>A problem that was told of before a training knew it.</summary>
/// <param name="ProblemId">The id that it has among the problems of its tech center, now and after the training that takes it over.</param>
/// <param name="Event">What was told, as it is by now.</param>
/// <param name="Incidents">The numbers of its incidents, the newest 5,000.</param>
public sealed record EmergingRecord(int ProblemId, StreamEvent Event, IReadOnlyList<string> Incidents);
