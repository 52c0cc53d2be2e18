using Pipeline.Storage;

namespace Pipeline.Recovery;

/// <summary>Reads the parts of a backup, and trusts none that is not what was written.</summary>
internal sealed class BackupReader(BackupStore store)
{
    /// <summary>A part's bytes, checked.</summary>
    /// <exception cref="InvalidDataException">It is gone or damaged; the message names it.</exception>
    /// <exception cref="ObjectStoreException">The second store cannot be read.</exception>
    public async Task<FileStream> OpenAsync(BackupPart part, CancellationToken cancellationToken)
    {
        FileStream file = await FetchAsync(part, cancellationToken);
        try
        {
            if (file.Length != part.Size || !string.Equals(await PartHash.OfAsync(file, cancellationToken), part.Sha256, StringComparison.Ordinal))
            {
                throw new InvalidDataException($"{Describe(part)}: '{part.Path}' is not what was written.");
            }

            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>The rows of a part.</summary>
    /// <exception cref="InvalidDataException">It is gone or damaged; the message names it.</exception>
    public async Task<TableRows> ReadRowsAsync(BackupPart part, CancellationToken cancellationToken)
    {
        await using FileStream file = await OpenAsync(part, cancellationToken);
        TableRows rows;
        try
        {
            rows = await TableFile.ReadAsync(file, part.Table!, part.Number, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{Describe(part)}: '{part.Path}' cannot be read: {e.Message}", e);
        }

        return string.Equals(TableFile.Hash(rows), part.Content, StringComparison.Ordinal) ? rows : throw new InvalidDataException($"{Describe(part)}: '{part.Path}' gives other rows than were written.");
    }

    private async Task<FileStream> FetchAsync(BackupPart part, CancellationToken cancellationToken)
    {
        try
        {
            return await store.FetchAsync(part.Path, part.Key, cancellationToken) ?? throw new InvalidDataException($"'{part.Path}' is gone.");
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{Describe(part)}: {e.Message}", e);
        }
    }

    private static string Describe(BackupPart part) => part.Name is string name ? $"The object '{name}'" : FormattableString.Invariant($"{part.Rows} rows of the table {part.Table} (piece {part.Number})");
}
