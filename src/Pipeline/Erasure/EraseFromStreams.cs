using Pipeline.Storage;
using Pipeline.Streams;

namespace Pipeline.Erasure;

/// <summary>Takes an incident out of all streams, and out of the problems that were told of before a training knew them.</summary>
public sealed class EraseFromStreams(StreamDirectory streams, EmergingProblems problems)
{
    /// <summary>Takes an incident out. Doing it again changes nothing. Time: that of reading all streams.</summary>
    /// <param name="number">The incident's number.</param>
    /// <param name="texts">Its masked texts that no other incident has.</param>
    /// <param name="cancellationToken">Stops between objects.</param>
    /// <returns>How many objects held it.</returns>
    /// <exception cref="ObjectStoreException">The object store failed, a stream's log is damaged, or another process writes a stream; try again.</exception>
    public async Task<int> RunAsync(string number, IReadOnlyCollection<string> texts, CancellationToken cancellationToken = default)
    {
        int found = 0;
        foreach (string name in await streams.ListAsync(cancellationToken))
        {
            found += await streams.EraseAsync(name, number, texts, cancellationToken);
            if (name.StartsWith(StreamPaths.Emerging, StringComparison.Ordinal))
            {
                found += await problems.EraseAsync(name[StreamPaths.Emerging.Length..], number, texts, cancellationToken);
            }
        }

        return found;
    }
}
