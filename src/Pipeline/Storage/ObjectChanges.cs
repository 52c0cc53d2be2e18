using System.Text.Json;

namespace Pipeline.Storage;

/// <summary>Changes of small JSON objects that several processes change at once.</summary>
internal static class ObjectChanges
{
    private const int MostTries = 100;

    /// <summary>Writes a new state over the one that was read. Where another change comes between, the change is made anew, of the state that it left; so none is lost.</summary>
    /// <param name="objects">Where the object lies.</param>
    /// <param name="name">The object's name.</param>
    /// <param name="change">Gives the new state of what is stored, which is null where there is nothing, and whether it is to be written. What it throws passes through, and nothing is changed.</param>
    /// <param name="cancellationToken">Stops before the writing.</param>
    /// <returns>The state that <paramref name="change"/> gave last.</returns>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public static async Task<T> ChangeAsync<T>(this IObjectStore objects, string name, Func<TaggedObject?, ValueTask<(T State, bool Write)>> change, CancellationToken cancellationToken)
    {
        for (int tries = 0; tries < MostTries; tries++)
        {
            TaggedObject? stored = await objects.ReadTaggedAsync(name, cancellationToken);
            (T state, bool write) = await change(stored);
            if (!write || await objects.ReplaceAsync(name, JsonSerializer.SerializeToUtf8Bytes(state, PipelineJson.Indented), stored?.Tag, cancellationToken))
            {
                return state;
            }
        }

        throw new ObjectStoreException($"{name} could not be written: {MostTries} times it was changed by another meanwhile. Look what changes it all the time.");
    }
}
