using System.Text;

namespace Pipeline.Storage;

/// <summary>
/// Sees to it that processes which share a warehouse share the object store too: a store has an id of its own, and the warehouse knows that of the first. A process on another store would find no models,
/// and write some that nobody else finds.
/// </summary>
/// <param name="objects">The object store of this process.</param>
/// <param name="lease">The warehouse that several processes may use.</param>
public sealed class StoreIdentity(IObjectStore objects, IWriterLease lease)
{
    /// <summary>The object that holds the id: no part of a backup, so that what is restored elsewhere is a store of its own.</summary>
    public const string ObjectName = "operations/store-id";

    /// <summary>Compares the id of the object store with the one that the warehouse knows. Either is made where there is none.</summary>
    /// <exception cref="SettingException">They differ.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written.</exception>
    public async Task RequireAsync(CancellationToken cancellationToken = default)
    {
        string own = await ReadAsync(cancellationToken) ?? await MakeAsync(cancellationToken);
        string known = await lease.ClaimStoreAsync(own, cancellationToken);
        if (!string.Equals(own, known, StringComparison.Ordinal))
        {
            throw new SettingException(
                "ObjectStore:Kind",
                $"names another object store (its id is {own}) than the one that processes on this warehouse use (id {known}). All of them need the same, which has the models. Where the objects were moved, '{ObjectName}' goes with them; where this store is the right one all the same, delete the row 'objects' of the table writer_lease.");
        }
    }

    private async Task<string> MakeAsync(CancellationToken cancellationToken)
    {
        byte[] id = Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N"));
        await objects.WriteAsync(ObjectName, async (target, token) => await target.WriteAsync(id, token), onlyIfAbsent: true, cancellationToken);
        return await ReadAsync(cancellationToken) ?? throw new ObjectStoreException($"'{ObjectName}' was written and is gone: something else removes objects from the store.");
    }

    private async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        await using Stream? stored = await objects.OpenReadAsync(ObjectName, cancellationToken);
        if (stored is null)
        {
            return null;
        }

        using StreamReader reader = new(stored, Encoding.UTF8);
        return (await reader.ReadToEndAsync(cancellationToken)).Trim();
    }
}
