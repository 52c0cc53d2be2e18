using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Parquet;
using Parquet.Serialization;
using Pipeline.Storage;

namespace Pipeline.Archive;

/// <summary>An archive file on its way into the object store: Parquet, compressed by Snappy, in a temporary file. A row group is in memory at a time.</summary>
internal sealed class ArchiveFile : IAsyncDisposable
{
    private const int RowGroup = 5000;

    private static readonly ParquetOptions First = new() { CompressionMethod = CompressionMethod.Snappy };
    private static readonly ParquetOptions Further = new() { CompressionMethod = CompressionMethod.Snappy, Append = true };

    private readonly FileStream _file = TemporaryFile.Create();
    private readonly List<ArchivedRow> _group = [];

    /// <summary>The rows so far, by number.</summary>
    public Dictionary<string, UInt128> Rows { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds a row. Of a number the first stays.</summary>
    public async Task AddAsync(ArchivedRow row, CancellationToken cancellationToken)
    {
        if (Rows.TryAdd(row.Number, row.Hash()))
        {
            _group.Add(row);
            if (_group.Count == RowGroup)
            {
                await WriteGroupAsync(cancellationToken);
            }
        }
    }

    /// <summary>Puts the file into a folder, named by its content, reads it back from there and compares it row by row with what was put in.</summary>
    /// <returns>The object's name.</returns>
    /// <exception cref="ObjectStoreException">What is there is not what was written; it is removed.</exception>
    public async Task<string> PublishAsync(IObjectStore objects, string folder, CancellationToken cancellationToken)
    {
        if (_group.Count > 0 || _file.Length == 0)
        {
            await WriteGroupAsync(cancellationToken);
        }

        await _file.FlushAsync(cancellationToken);
        _file.Position = 0;
        string hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(_file, cancellationToken));
        string name = $"{folder}{hash[..32]}.parquet";
        await objects.WriteAsync(
            name,
            async (target, stopping) =>
            {
                _file.Position = 0;
                await _file.CopyToAsync(target, stopping);
            },
            onlyIfAbsent: true,
            cancellationToken);
        await VerifyAsync(objects, name, hash, cancellationToken);
        return name;
    }

    /// <summary>The rows of an archive file; none where it is gone.</summary>
    /// <exception cref="ObjectStoreException">It is damaged.</exception>
    public static async IAsyncEnumerable<ArchivedRow> ReadAsync(IObjectStore objects, string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using FileStream? file = await objects.FetchAsync(name, cancellationToken);
        if (file is null)
        {
            yield break;
        }

        await foreach (ArchivedRow row in ReadAsync(file, name, cancellationToken))
        {
            yield return row;
        }
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private static async IAsyncEnumerable<ArchivedRow> ReadAsync(FileStream file, string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int groups = await CountGroupsAsync(file, name, cancellationToken);
        for (int group = 0; group < groups; group++)
        {
            foreach (ArchivedRow row in await ReadGroupAsync(file, name, group, cancellationToken))
            {
                yield return row;
            }
        }
    }

    private async Task WriteGroupAsync(CancellationToken cancellationToken)
    {
        bool isFirst = _file.Length == 0;
        _file.Position = 0;
        await ParquetSerializer.SerializeAsync(_group, _file, isFirst ? First : Further, cancellationToken: cancellationToken);
        _group.Clear();
    }

    private async Task VerifyAsync(IObjectStore objects, string name, string hash, CancellationToken cancellationToken)
    {
        string? difference = await FindDifferenceAsync(objects, name, hash, cancellationToken);
        if (difference is not null)
        {
            await objects.DeleteAsync(name, cancellationToken);
            throw new ObjectStoreException($"The archive file '{name}' is not what was written: {difference}. It was removed, and nothing was taken out of the warehouse. Check the store, and run this step again.");
        }
    }

    private async Task<string?> FindDifferenceAsync(IObjectStore objects, string name, string hash, CancellationToken cancellationToken)
    {
        await using FileStream? there = await objects.FetchAsync(name, cancellationToken);
        if (there is null)
        {
            return "it is not there";
        }

        if (!string.Equals(Convert.ToHexStringLower(await SHA256.HashDataAsync(there, cancellationToken)), hash, StringComparison.Ordinal))
        {
            return "its bytes are others";
        }

        int rows = 0;
        await foreach (ArchivedRow row in ReadAsync(there, name, cancellationToken))
        {
            rows++;
            if (!Rows.TryGetValue(row.Number, out UInt128 written) || written != row.Hash())
            {
                return FormattableString.Invariant($"its row {rows} is another");
            }
        }

        return rows == Rows.Count ? null : FormattableString.Invariant($"it holds {rows} rows and not {Rows.Count}");
    }

    private static async Task<int> CountGroupsAsync(FileStream file, string name, CancellationToken cancellationToken)
    {
        try
        {
            file.Position = 0;
            await using ParquetReader reader = await ParquetReader.CreateAsync(file, leaveStreamOpen: true, cancellationToken: cancellationToken);
            return reader.RowGroupCount;
        }
        catch (Exception exception) when (exception is IOException or ParquetException or InvalidDataException)
        {
            throw Damaged(name, exception);
        }
    }

    private static async Task<IList<ArchivedRow>> ReadGroupAsync(FileStream file, string name, int group, CancellationToken cancellationToken)
    {
        try
        {
            file.Position = 0;
            return (await ParquetSerializer.DeserializeAsync<ArchivedRow>(file, rowGroupIndex: group, cancellationToken: cancellationToken)).Data;
        }
        catch (Exception exception) when (exception is IOException or ParquetException or InvalidDataException)
        {
            throw Damaged(name, exception);
        }
    }

    private static ObjectStoreException Damaged(string name, Exception cause) =>
        new($"The archive file '{name}' is damaged: {cause.Message.TrimEnd('.')}. Restore it from a backup, or move it out of the archive.", cause);
}
