using System.Globalization;
using System.Runtime.CompilerServices;
using Pipeline.Encryption;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>
/// A stream's log in the object store: each part an object named by its first entry's number, which only one writer can take. Now and then small objects are merged to one that
/// names its first and last entry; until they are deleted both are there, and the merged one counts.
/// </summary>
/// <param name="objects">Where it is kept.</param>
/// <param name="seal">Seals the objects.</param>
/// <param name="stream">The stream.</param>
/// <param name="reading">What becomes of an entry as it is read: null for nothing.</param>
internal sealed class StreamLog(IObjectStore objects, EnvelopeSeal seal, string stream, Func<StreamEntry, StreamEntry>? reading = null)
{
    // What is merged is in memory several times for a moment.
    private const int MostMergedBytes = 8 * 1024 * 1024;

    /// <summary>Appends a part; it is durable when this returns.</summary>
    /// <returns>False where another writer has taken the number: then nothing was written.</returns>
    /// <exception cref="ObjectStoreException">The object store cannot be written.</exception>
    public async Task<bool> AppendAsync(StreamLogPart part, CancellationToken cancellationToken)
    {
        string name = StreamPaths.Log(stream) + StreamPaths.Number(part.Entries[0].Sequence);
        byte[] sealedContent = seal.Seal(name, StreamLogFormat.Write(part));
        return await objects.WriteAsync(name, async (output, token) => await output.WriteAsync(sealedContent, token), onlyIfAbsent: true, cancellationToken);
    }

    /// <summary>The parts whose entries come after a number, in order. What lies beyond the last entry asked for is not read.</summary>
    /// <param name="after">The number before that of the first entry.</param>
    /// <param name="upTo">The number of the last entry; null for all there are.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">An object is damaged, or entries are missing.</exception>
    public async IAsyncEnumerable<StreamLogPart> ReadAsync(long after, long? upTo, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<LogObject> all = await ListAsync(cancellationToken);
        long next = after + 1;
        int first = Math.Max(0, all.FindLastIndex(o => o.First <= next));
        foreach (LogObject one in all.Skip(first).TakeWhile(o => o.First <= (upTo ?? long.MaxValue)))
        {
            foreach (StreamLogPart part in StreamLogFormat.Read(await ContentAsync(one.Name, cancellationToken)))
            {
                StreamEntry[] later = [.. part.Entries.Where(e => e.Sequence > after && e.Sequence <= (upTo ?? long.MaxValue)).Select(e => reading?.Invoke(e) ?? e)];
                foreach (StreamEntry entry in later)
                {
                    if (entry.Sequence != next)
                    {
                        throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The log of the stream '{stream}' lacks the entries from {next} to {entry.Sequence - 1}."));
                    }

                    next++;
                }

                if (later.Length > 0)
                {
                    yield return part with { Entries = later };
                }
            }
        }
    }

    /// <summary>The objects of the log, in order, without those that a merged one stands for.</summary>
    public async Task<List<LogObject>> ListAsync(CancellationToken cancellationToken) => (await SortAsync(cancellationToken)).Counting;

    /// <summary>The objects of the log that count, in order, and those that a merged one stands for.</summary>
    private async Task<(List<LogObject> Counting, List<LogObject> Superseded)> SortAsync(CancellationToken cancellationToken)
    {
        List<LogObject> all = [];
        await foreach (StoredObject stored in objects.ListAsync(StreamPaths.Log(stream), cancellationToken))
        {
            string[] numbers = stored.Name[(stored.Name.LastIndexOf('/') + 1)..].Split('-');
            if (numbers.Length <= 2 && numbers.All(n => long.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            {
                all.Add(new LogObject(stored.Name, stored.Size, Parse(numbers[0]), numbers.Length == 2 ? Parse(numbers[1]) : null));
            }
        }

        LogObject[] merged = [.. all.Where(o => o.Last is not null)];
        ILookup<bool, LogObject> superseded = all.OrderBy(o => o.First).ToLookup(o => merged.Any(m => m != o && m.First <= o.First && (o.Last ?? o.First) <= m.Last));
        return ([.. superseded[false]], [.. superseded[true]]);

        static long Parse(string number) => long.Parse(number, CultureInfo.InvariantCulture);
    }

    /// <summary>What is damaged in the log: the objects from the first damaged one on, and when the first sound part after that was written.</summary>
    /// <param name="after">The number before that of the first entry that is looked at.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<LogDamage> FindDamageAsync(long after, CancellationToken cancellationToken)
    {
        List<LogObject> all = await ListAsync(cancellationToken);
        LogObject[] looked = [.. all.Skip(Math.Max(0, all.FindLastIndex(o => o.First <= after + 1)))];
        int? first = null;
        DateTimeOffset? next = null;
        long expected = after + 1;
        for (int i = 0; i < looked.Length && next is null; i++)
        {
            try
            {
                IReadOnlyList<StreamLogPart> parts = StreamLogFormat.Read(await ContentAsync(looked[i].Name, cancellationToken));
                first ??= looked[i].First > expected ? i : null;
                next = first is null ? null : parts[0].WrittenAt;
                expected = parts[^1].Entries[^1].Sequence + 1;
            }
            catch (InvalidDataException)
            {
                first ??= i;
            }
        }

        return new LogDamage(first is int at ? looked[at..] : [], next);
    }

    /// <summary>Puts objects of the log aside, under <c>damaged/</c> beside it, the last first: the log ends before them from then on.</summary>
    public async Task PutAsideAsync(IReadOnlyList<LogObject> some, CancellationToken cancellationToken)
    {
        foreach (LogObject one in some.Reverse())
        {
            if (await StreamObjects.ReadAsync(objects, one.Name, cancellationToken) is byte[] content)
            {
                await objects.WriteAsync(one.Name.Replace("/log/", "/damaged/", StringComparison.Ordinal), async (output, token) => await output.WriteAsync(content, token), cancellationToken: cancellationToken);
                await objects.DeleteAsync(one.Name, cancellationToken);
            }
        }
    }

    /// <summary>Merges the small objects whose entries come up to a number, to objects of up to 8 MiB. Memory: three of those.</summary>
    /// <param name="upTo">The number of an object's last entry.</param>
    /// <param name="cancellationToken">Stops the work; what was written stays readable.</param>
    public async Task MergeAsync(long upTo, CancellationToken cancellationToken)
    {
        LogObject[] small = [.. (await ListAsync(cancellationToken)).Where(o => o.Last is null && o.First <= upTo)];
        for (int first = 0, after; first < small.Length; first = after)
        {
            long size = small[first].Size;
            for (after = first + 1; after < small.Length && size + small[after].Size <= MostMergedBytes; after++)
            {
                size += small[after].Size;
            }

            if (after - first > 1)
            {
                await MergeAsync(small[first..after], (int)size, after < small.Length ? small[after].First - 1 : upTo, cancellationToken);
            }
        }

        await DeleteMergedAsync(cancellationToken);
    }

    private async Task MergeAsync(LogObject[] some, int size, long last, CancellationToken cancellationToken)
    {
        using MemoryStream content = new(size);
        foreach (LogObject one in some)
        {
            content.Write(await ContentAsync(one.Name, cancellationToken));
        }

        string name = $"{some[0].Name}-{StreamPaths.Number(last)}";
        byte[] sealedContent = seal.Seal(name, content.GetBuffer().AsSpan(0, (int)content.Length));
        await objects.WriteAsync(name, async (output, token) => await output.WriteAsync(sealedContent, token), cancellationToken: cancellationToken);
    }

    /// <summary>Deletes what holds entries before a number only.</summary>
    public async Task PruneAsync(long before, CancellationToken cancellationToken)
    {
        List<LogObject> all = await ListAsync(cancellationToken);
        for (int i = 0; i < all.Count; i++)
        {
            long? last = all[i].Last ?? (i + 1 < all.Count ? all[i + 1].First - 1 : null);
            if (last < before)
            {
                await objects.DeleteAsync(all[i].Name, cancellationToken);
            }
        }
    }

    /// <summary>Writes the objects anew of which entries change. Each is the old one or the whole new one at any moment.</summary>
    /// <param name="change">What becomes of an entry; the entry itself where nothing does.</param>
    /// <param name="cancellationToken">Stops between objects.</param>
    public async Task RewriteAsync(Func<StreamEntry, StreamEntry> change, CancellationToken cancellationToken)
    {
        // Objects that a merged one stands for would come back if that were lost.
        await DeleteMergedAsync(cancellationToken);
        foreach (LogObject one in await ListAsync(cancellationToken))
        {
            IReadOnlyList<StreamLogPart> parts = StreamLogFormat.Read(await ContentAsync(one.Name, cancellationToken));
            StreamLogPart[] changed = [.. parts.Select(part => part with { Entries = [.. part.Entries.Select(change)] })];
            if (parts.Zip(changed).Any(both => both.First.Entries.Zip(both.Second.Entries).Any(e => !ReferenceEquals(e.First, e.Second))))
            {
                byte[] sealedContent = seal.Seal(one.Name, [.. changed.SelectMany(StreamLogFormat.Write)]);
                await objects.WriteAsync(one.Name, async (output, token) => await output.WriteAsync(sealedContent, token), cancellationToken: cancellationToken);
            }
        }
    }

    private async Task DeleteMergedAsync(CancellationToken cancellationToken)
    {
        foreach (LogObject one in (await SortAsync(cancellationToken)).Superseded)
        {
            await objects.DeleteAsync(one.Name, cancellationToken);
        }
    }

    /// <summary>What an object of the log holds.</summary>
    /// <exception cref="InvalidDataException">It is damaged or gone.</exception>
    internal async Task<byte[]> ContentAsync(string name, CancellationToken cancellationToken) =>
        seal.Open(name, await StreamObjects.ReadAsync(objects, name, cancellationToken) ?? throw new InvalidDataException($"'{name}' is gone."));
}

/// <summary>What is damaged in a log.</summary>
/// <param name="Objects">The objects from the first damaged one on, or from the first after a gap; none where all are sound.</param>
/// <param name="NextWrittenAt">When the first sound part after the damage was written, in UTC; null where none is.</param>
internal sealed record LogDamage(IReadOnlyList<LogObject> Objects, DateTimeOffset? NextWrittenAt);

/// <summary>An object of a log.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="First">The number of its first entry.</param>
/// <param name="Last">The number of its last entry; null where it was not merged, and ends before the next object.</param>
internal sealed record LogObject(string Name, long Size, long First, long? Last);

/// <summary>Whole objects in memory.</summary>
internal static class StreamObjects
{
    /// <summary>An object's bytes; null where there is none.</summary>
    public static async Task<byte[]?> ReadAsync(IObjectStore objects, string name, CancellationToken cancellationToken)
    {
        await using Stream? stored = await objects.OpenReadAsync(name, cancellationToken);
        if (stored is null)
        {
            return null;
        }

        using MemoryStream bytes = new();
        await stored.CopyToAsync(bytes, cancellationToken);
        return bytes.ToArray();
    }
}
