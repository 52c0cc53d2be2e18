using System.Globalization;
using Pipeline.Encryption;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>A stream's snapshots in the object store: sealed states, named by the number of their last entry and by when they were made.</summary>
internal sealed class StreamSnapshots(IObjectStore objects, EnvelopeSeal seal, string stream)
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmssfff'Z'";

    // Of the last one that was written: the next is about as large.
    private int _bytes;

    /// <summary>Writes a snapshot; it is durable when this returns.</summary>
    public async Task<StreamBackup> SaveAsync(StreamStateCopy copy, DateTimeOffset at, CancellationToken cancellationToken)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{StreamPaths.Snapshots(stream)}{StreamPaths.Number(copy.Data.Sequence)}-{at.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}");
        ReadOnlyMemory<byte> content = await StreamStateFormat.WriteAsync(copy, _bytes + (_bytes / 8), cancellationToken);
        _bytes = content.Length;
        byte[] sealedContent = seal.Seal(name, content.Span);
        await objects.WriteAsync(name, async (output, token) => await output.WriteAsync(sealedContent, token), cancellationToken: cancellationToken);
        return new StreamBackup(copy.Data.Sequence, Parse(at.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture))!.Value, sealedContent.Length) { Name = name };
    }

    /// <summary>The snapshots, the oldest first.</summary>
    public async Task<IReadOnlyList<StreamBackup>> ListAsync(CancellationToken cancellationToken)
    {
        List<StreamBackup> all = [];
        await foreach (StoredObject stored in objects.ListAsync(StreamPaths.Snapshots(stream), cancellationToken))
        {
            string[] parts = stored.Name[(stored.Name.LastIndexOf('/') + 1)..].Split('-');
            if (parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long sequence) && Parse(parts[1]) is DateTimeOffset at)
            {
                all.Add(new StreamBackup(sequence, at, stored.Size) { Name = stored.Name });
            }
        }

        return [.. all.OrderBy(b => b.At).ThenBy(b => b.Sequence)];
    }

    /// <summary>Reads a snapshot.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message says so.</exception>
    public async Task<StreamState> ReadAsync(StreamBackup backup, CancellationToken cancellationToken)
    {
        byte[] content = await ContentAsync(backup, cancellationToken);
        return await StreamStateFormat.ReadAsync(content, cancellationToken);
    }

    /// <summary>A snapshot's state as bytes.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message says so.</exception>
    public async Task<byte[]> ContentAsync(StreamBackup backup, CancellationToken cancellationToken) =>
        seal.Open(backup.Name, await StreamObjects.ReadAsync(objects, backup.Name, cancellationToken) ?? throw new InvalidDataException($"'{backup.Name}' is gone."));

    /// <summary>Writes a snapshot anew under its name, unless it holds this state already.</summary>
    /// <returns>Whether it was written.</returns>
    public async Task<bool> ReplaceAsync(StreamBackup backup, StreamState state, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> content = await StreamStateFormat.WriteAsync(StreamStateFormat.Copy(state), capacity: 0, cancellationToken);
        byte[] present = await ContentAsync(backup, cancellationToken);
        if (content.Span.SequenceEqual(present))
        {
            return false;
        }

        byte[] sealedContent = seal.Seal(backup.Name, content.Span);
        return await objects.WriteAsync(backup.Name, async (output, token) => await output.WriteAsync(sealedContent, token), cancellationToken: cancellationToken);
    }

    /// <summary>Deletes a snapshot.</summary>
    public Task DeleteAsync(StreamBackup backup, CancellationToken cancellationToken) => objects.DeleteAsync(backup.Name, cancellationToken);

    /// <summary>Deletes the snapshots that the policy does not keep: all but the newest, and the last of each of the days before.</summary>
    /// <returns>Those that are kept, the oldest first.</returns>
    public async Task<IReadOnlyList<StreamBackup>> PruneAsync(StreamConfig config, DateTimeOffset now, CancellationToken cancellationToken)
    {
        IReadOnlyList<StreamBackup> all = await ListAsync(cancellationToken);
        HashSet<string> kept =
        [
            .. all.TakeLast(config.KeptSnapshots).Select(b => b.Name),
            .. all.Where(b => b.At > now.AddDays(-config.KeptDays)).GroupBy(b => b.At.UtcDateTime.Date).Select(day => day.Last().Name),
        ];
        foreach (StreamBackup backup in all.Where(b => !kept.Contains(b.Name)))
        {
            await objects.DeleteAsync(backup.Name, cancellationToken);
        }

        return [.. all.Where(b => kept.Contains(b.Name))];
    }

    private static DateTimeOffset? Parse(string time) =>
        DateTimeOffset.TryParseExact(time, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset at) ? at : null;
}

/// <summary>A snapshot of a stream.</summary>
/// <param name="Sequence">The number of the last entry in it.</param>
/// <param name="At">When it was made, in UTC.</param>
/// <param name="Bytes">Its size.</param>
public sealed record StreamBackup(long Sequence, DateTimeOffset At, long Bytes)
{
    /// <summary>Its name in the object store.</summary>
    public required string Name { get; init; }
}
