using System.Security.Cryptography;
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
        FileStream file = await store.Objects.FetchAsync(part.Path, cancellationToken) ?? throw new InvalidDataException($"{Describe(part)}: '{part.Path}' is gone.");
        try
        {
            if (file.Length != part.Size || !string.Equals(Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken)), part.Sha256, StringComparison.Ordinal))
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

    private static string Describe(BackupPart part) => part.Name is string name ? $"The object '{name}'" : FormattableString.Invariant($"{part.Rows} rows of the table {part.Table} (piece {part.Number})");
}
