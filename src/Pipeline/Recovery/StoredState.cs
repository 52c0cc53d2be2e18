using System.Security.Cryptography;
using System.Text;
using Pipeline.Storage;

namespace Pipeline.Recovery;

/// <summary>All that is stored, as one SHA-256 for each table and each object, for comparing two places to the byte. What belongs to a running process - the emergency stop, leases - is not in it.</summary>
/// <param name="Tables">The hash of each table that holds rows, over all its rows in their order.</param>
/// <param name="Objects">The hash of each object's bytes.</param>
/// <param name="Rows">Rows of all tables.</param>
/// <param name="Bytes">Bytes of all objects.</param>
public sealed record StoredState(IReadOnlyDictionary<string, string> Tables, IReadOnlyDictionary<string, string> Objects, long Rows, long Bytes)
{
    /// <summary>Reads everything. Memory: a piece of a table.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public static async Task<StoredState> ReadAsync(IWarehouseTables tables, IObjectStore objects, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(objects);
        SortedDictionary<string, string> tableHashes = new(StringComparer.Ordinal), objectHashes = new(StringComparer.Ordinal);
        (long rows, long bytes) = (0, 0);
        await using (IWarehouseSnapshot snapshot = await tables.OpenSnapshotAsync(cancellationToken))
        {
            foreach (string table in snapshot.Tables)
            {
                using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                long before = rows;
                await foreach (TableRows piece in snapshot.ReadAsync(table, cancellationToken: cancellationToken))
                {
                    foreach (object?[] row in piece.Rows)
                    {
                        hash.AppendData(Encoding.ASCII.GetBytes(TableFile.Hash(piece with { Number = 0, Rows = [row] })));
                    }

                    rows += piece.Rows.Count;
                }

                if (rows > before)
                {
                    tableHashes[table] = PartHash.Of(hash);
                }
            }
        }

        await foreach (StoredObject item in objects.ListAsync("", cancellationToken))
        {
            if (BackupAreas.OfObject(item.Name) is not null && await objects.OpenReadAsync(item.Name, cancellationToken) is Stream content)
            {
                await using (content)
                {
                    objectHashes[item.Name] = await PartHash.OfAsync(content, cancellationToken);
                    bytes += item.Size;
                }
            }
        }

        return new StoredState(tableHashes, objectHashes, rows, bytes);
    }

    /// <summary>The names of the tables and objects that are missing in another place, are others there, or are there alone.</summary>
    public IReadOnlyList<string> DifferencesFrom(StoredState other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return [.. Differ(Tables, other.Tables).Select(name => $"the table {name}"), .. Differ(Objects, other.Objects).Select(name => $"the object '{name}'")];
    }

    private static IEnumerable<string> Differ(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) =>
        one.Keys.Union(other.Keys, StringComparer.Ordinal).Where(name => !string.Equals(one.GetValueOrDefault(name), other.GetValueOrDefault(name), StringComparison.Ordinal)).Order(StringComparer.Ordinal);
}
