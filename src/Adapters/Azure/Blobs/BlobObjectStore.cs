using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Pipeline.Storage;

namespace Pipeline.Adapters.Azure.Blobs;

/// <summary>
/// Objects as block blobs of a storage account. The first segment of an object's name is the container, which the first write makes where it is missing;
/// the rest is the blob's name. Content streams both ways in blocks; an upload becomes the blob in one step at its end. Requests are tried again after throttling,
/// a server's failure or a dropped connection; what remains is an <see cref="ObjectStoreException"/>, and what the writing callback throws passes through.
/// </summary>
/// <remarks>
/// Names whose first segment is no container's name are an <see cref="ArgumentException"/>. An object that is replaced or deleted while it is read is read to its end
/// while the connection holds; where it has to be taken up again, the reader gets an <see cref="ObjectStoreException"/>, never a mixture.
/// Of two who write the same large object at once, the one who ends last may be told to write again. A listing holds the names in memory to sort them.
/// </remarks>
public sealed class BlobObjectStore : IObjectStore
{
    /// <summary>The part of an object that is in memory while it is written, in bytes.</summary>
    private const int DefaultBlockBytes = 4 << 20;

    private readonly BlobServiceClient _account;
    private readonly int _blockBytes;

    /// <summary>Uses the account that the settings name; nothing is sent yet.</summary>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public BlobObjectStore(BlobStoreOptions options)
        : this(BlobConnection.Open(options ?? throw new ArgumentNullException(nameof(options))))
    {
    }

    internal BlobObjectStore(BlobServiceClient account, int blockBytes = DefaultBlockBytes)
    {
        _account = account;
        _blockBytes = blockBytes;
    }

    /// <inheritdoc/>
    public async Task<bool> WriteAsync(string name, Func<Stream, CancellationToken, Task> write, bool onlyIfAbsent = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        (BlobContainerClient container, BlockBlobClient blob) = Find(name);
        string what = $"The object '{name}' could not be written";
        if (onlyIfAbsent && await TryAsync(async () => (await blob.ExistsAsync(cancellationToken)).Value, what, cancellationToken))
        {
            return false;
        }

        await using BlobUpload upload = new(container, blob, _blockBytes, e => BlobFailure.Explain(what, _account.Uri, e));
        await write(upload, cancellationToken);
        return await upload.CommitAsync(onlyIfAbsent ? new BlobRequestConditions { IfNoneMatch = ETag.All } : null, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken = default)
    {
        BlockBlobClient blob = Find(name).Blob;
        string what = $"The object '{name}' could not be read";
        try
        {
            BlobDownloadStreamingResult download = await blob.DownloadStreamingAsync(cancellationToken: cancellationToken);
            return new BlobReadStream(download, e => BlobFailure.Explain(what, _account.Uri, e));
        }
        catch (RequestFailedException e) when (BlobFailure.IsMissing(e))
        {
            return null;
        }
        catch (Exception e) when (BlobFailure.IsOfTheStore(e) && !cancellationToken.IsCancellationRequested)
        {
            throw BlobFailure.Explain(what, _account.Uri, e);
        }
    }

    /// <inheritdoc/>
    public async Task<TaggedObject?> ReadTaggedAsync(string name, CancellationToken cancellationToken = default)
    {
        BlockBlobClient blob = Find(name).Blob;
        try
        {
            BlobDownloadResult read = await blob.DownloadContentAsync(cancellationToken);
            return new TaggedObject(read.Content.ToMemory(), read.Details.ETag.ToString());
        }
        catch (RequestFailedException e) when (BlobFailure.IsMissing(e))
        {
            return null;
        }
        catch (Exception e) when (BlobFailure.IsOfTheStore(e) && !cancellationToken.IsCancellationRequested)
        {
            throw BlobFailure.Explain($"The object '{name}' could not be read", _account.Uri, e);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> ReplaceAsync(string name, ReadOnlyMemory<byte> content, string? tag, CancellationToken cancellationToken = default)
    {
        (BlobContainerClient container, BlockBlobClient blob) = Find(name);
        await using BlobUpload upload = new(container, blob, _blockBytes, e => BlobFailure.Explain($"The object '{name}' could not be written", _account.Uri, e));
        await upload.WriteAsync(content, cancellationToken);
        return await upload.CommitAsync(tag is null ? new BlobRequestConditions { IfNoneMatch = ETag.All } : new BlobRequestConditions { IfMatch = new ETag(tag) }, cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        (string first, string? rest) = BlobName.SplitPrefix(prefix);
        string what = $"The objects that begin with '{prefix}' could not be listed";
        IReadOnlyList<string> containers = rest is null ? await TryAsync(() => ContainersAsync(first, cancellationToken), what, cancellationToken) : [first];
        foreach (string container in containers)
        {
            foreach (StoredObject item in await TryAsync(() => BlobsAsync(container, rest ?? "", cancellationToken), what, cancellationToken))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return item;
            }
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        BlockBlobClient blob = Find(name).Blob;
        return TryAsync(async () => (await blob.DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken)).Value, $"The object '{name}' could not be deleted", cancellationToken);
    }

    private async Task<IReadOnlyList<string>> ContainersAsync(string prefix, CancellationToken cancellationToken)
    {
        List<string> names = [];
        await foreach (BlobContainerItem item in _account.GetBlobContainersAsync(BlobContainerTraits.None, BlobContainerStates.None, prefix, cancellationToken))
        {
            names.Add(item.Name);
        }

        // As their objects' names sort: the slash that follows comes after a dash.
        names.Sort((a, b) => string.CompareOrdinal(a + '/', b + '/'));
        return names;
    }

    private async Task<IReadOnlyList<StoredObject>> BlobsAsync(string container, string prefix, CancellationToken cancellationToken)
    {
        List<StoredObject> objects = [];
        try
        {
            await foreach (BlobItem item in _account.GetBlobContainerClient(container).GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, prefix, cancellationToken))
            {
                // Accounts with real folders list those too.
                if (item.Metadata?.ContainsKey("hdi_isfolder") != true)
                {
                    objects.Add(new StoredObject($"{container}/{item.Name}", item.Properties.ContentLength ?? 0) { Version = item.Properties.ETag?.ToString() });
                }
            }
        }
        catch (RequestFailedException e) when (BlobFailure.IsMissing(e))
        {
            return [];
        }

        objects.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return objects;
    }

    private (BlobContainerClient Container, BlockBlobClient Blob) Find(string name)
    {
        (string container, string blob) = BlobName.Split(name);
        BlobContainerClient client = _account.GetBlobContainerClient(container);
        return (client, client.GetBlockBlobClient(blob));
    }

    private async Task<T> TryAsync<T>(Func<Task<T>> send, string what, CancellationToken cancellationToken)
    {
        try
        {
            return await send();
        }
        catch (Exception e) when (BlobFailure.IsOfTheStore(e) && !cancellationToken.IsCancellationRequested)
        {
            throw BlobFailure.Explain(what, _account.Uri, e);
        }
    }
}
