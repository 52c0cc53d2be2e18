using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Pipeline.Storage;

namespace Pipeline.Adapters.S3;

/// <summary>
/// Objects in a bucket of Amazon S3 or of a server that speaks its language. Content streams both ways; an upload becomes the object in one step at its end, with <c>If-None-Match</c>
/// where it may not replace one. Requests are tried again after throttling, a server's failure or a dropped connection; what remains is an <see cref="ObjectStoreException"/>,
/// and what the writing callback throws passes through.
/// </summary>
/// <remarks>
/// The bucket has to be there. An object that is replaced or deleted while it is read is read to its end while the connection holds; where it has to be taken up again, the reader
/// gets an <see cref="ObjectStoreException"/>, never a mixture. Two writes of the same content within a second have the same <see cref="StoredObject.Version"/>.
/// What a killed process left of an upload in parts is no object; a lifecycle rule for incomplete uploads removes it. A listing holds the names in memory to sort them.
/// </remarks>
public sealed class S3ObjectStore : IObjectStore, IDisposable
{
    /// <summary>The part of an object that is in memory while it is written, in bytes. 10,000 parts are the most: 80 GB.</summary>
    private const int DefaultPartBytes = 8 << 20;

    private const int LongestKey = 1024;

    private readonly AmazonS3Client _client;
    private readonly S3StoreOptions _options;
    private readonly string _place;
    private readonly int _partBytes;

    /// <summary>Uses the bucket that the settings name; nothing is sent yet.</summary>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public S3ObjectStore(S3StoreOptions options)
        : this(options ?? throw new ArgumentNullException(nameof(options)), handler: null)
    {
    }

    internal S3ObjectStore(S3StoreOptions options, HttpMessageHandler? handler, int partBytes = DefaultPartBytes)
    {
        _client = S3Connection.Open(options, handler);
        _options = options;
        _place = string.IsNullOrWhiteSpace(options.Endpoint) ? $"s3://{options.Bucket}" : $"{options.Endpoint.Trim().TrimEnd('/')}/{options.Bucket}";
        _partBytes = partBytes;
    }

    private string Bucket => _options.Bucket!;

    /// <inheritdoc/>
    public async Task<bool> WriteAsync(string name, Func<Stream, CancellationToken, Task> write, bool onlyIfAbsent = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        string key = KeyOf(name);
        Func<Exception, ObjectStoreException> explain = Explain($"The object '{name}' could not be written");
        if (onlyIfAbsent && await ExistsAsync(key, explain, cancellationToken))
        {
            return false;
        }

        await using S3Upload upload = new(_client, Bucket, key, _partBytes, _options.Retries, explain);
        await write(upload, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return await upload.CommitAsync(onlyIfAbsent, onlyIfTag: null, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken = default)
    {
        string key = KeyOf(name);
        Func<Exception, ObjectStoreException> explain = Explain($"The object '{name}' could not be read");
        try
        {
            GetObjectResponse answer = await _client.GetObjectAsync(new GetObjectRequest { BucketName = Bucket, Key = key }, cancellationToken);
            return new S3ReadStream(answer, (from, stopping) => ResumeAsync(key, answer, from, stopping), _options.Retries, explain);
        }
        catch (AmazonS3Exception e) when (S3Failure.IsMissing(e))
        {
            return null;
        }
        catch (Exception e) when (S3Failure.IsOfTheStore(e) && !cancellationToken.IsCancellationRequested)
        {
            throw explain(e);
        }
    }

    /// <inheritdoc/>
    public async Task<TaggedObject?> ReadTaggedAsync(string name, CancellationToken cancellationToken = default)
    {
        string key = KeyOf(name);
        Func<Exception, ObjectStoreException> explain = Explain($"The object '{name}' could not be read");
        try
        {
            using GetObjectResponse answer = await _client.GetObjectAsync(new GetObjectRequest { BucketName = Bucket, Key = key }, cancellationToken);
            using MemoryStream content = new();
            await answer.ResponseStream.CopyToAsync(content, cancellationToken);
            return new TaggedObject(content.ToArray(), answer.ETag);
        }
        catch (AmazonS3Exception e) when (S3Failure.IsMissing(e))
        {
            return null;
        }
        catch (Exception e) when (S3Failure.IsOfTheStore(e) && !cancellationToken.IsCancellationRequested)
        {
            throw explain(e);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> ReplaceAsync(string name, ReadOnlyMemory<byte> content, string? tag, CancellationToken cancellationToken = default)
    {
        await using S3Upload upload = new(_client, Bucket, KeyOf(name), _partBytes, _options.Retries, Explain($"The object '{name}' could not be written"));
        await upload.WriteAsync(content, cancellationToken);
        return await upload.CommitAsync(onlyIfAbsent: tag is null, tag, cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (!ObjectName.IsPrefix(prefix))
        {
            throw ObjectName.Invalid(prefix, nameof(prefix));
        }

        List<StoredObject> objects = await ReadListAsync(prefix, cancellationToken);
        objects.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        foreach (StoredObject item in objects)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        string key = KeyOf(name);
        try
        {
            await _client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = Bucket, Key = key }, cancellationToken);
        }
        catch (AmazonS3Exception e) when (S3Failure.IsMissing(e))
        {
            return;
        }
        catch (Exception e) when (S3Failure.IsOfTheStore(e) && !cancellationToken.IsCancellationRequested)
        {
            throw Explain($"The object '{name}' could not be deleted")(e);
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _client.Dispose();

    private async Task<List<StoredObject>> ReadListAsync(string prefix, CancellationToken cancellationToken)
    {
        ListObjectsV2Request request = new() { BucketName = Bucket, Prefix = _options.KeyPrefix + prefix };
        List<StoredObject> objects = [];
        try
        {
            ListObjectsV2Response page;
            do
            {
                page = await _client.ListObjectsV2Async(request, cancellationToken);
                foreach (S3Object item in page.S3Objects ?? [])
                {
                    // The console makes folders of empty objects whose names end with a slash.
                    if (!item.Key.EndsWith('/'))
                    {
                        objects.Add(new StoredObject(item.Key[_options.KeyPrefix.Length..], item.Size ?? 0) { Version = string.Create(CultureInfo.InvariantCulture, $"{item.ETag}{item.LastModified?.Ticks:x}") });
                    }
                }

                request.ContinuationToken = page.NextContinuationToken;
            }
            while (page.IsTruncated == true);
            return objects;
        }
        catch (Exception e) when (S3Failure.IsOfTheStore(e) && !cancellationToken.IsCancellationRequested)
        {
            throw Explain($"The objects that begin with '{prefix}' could not be listed")(e);
        }
    }

    private async Task<bool> ExistsAsync(string key, Func<Exception, ObjectStoreException> explain, CancellationToken cancellationToken)
    {
        try
        {
            await _client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = Bucket, Key = key }, cancellationToken);
            return true;
        }
        catch (AmazonS3Exception e) when (S3Failure.IsMissing(e))
        {
            // A missing bucket answers in the same way; the write that follows tells.
            return false;
        }
        catch (Exception e) when (S3Failure.IsOfTheStore(e) && !cancellationToken.IsCancellationRequested)
        {
            throw explain(e);
        }
    }

    private Task<GetObjectResponse> ResumeAsync(string key, GetObjectResponse first, long from, CancellationToken cancellationToken) => _client.GetObjectAsync(
        new GetObjectRequest { BucketName = Bucket, Key = key, ByteRange = new ByteRange(from, first.ContentLength - 1), EtagToMatch = first.ETag }, cancellationToken);

    private Func<Exception, ObjectStoreException> Explain(string what) => e => S3Failure.Explain(what, _place, Bucket, e);

    private string KeyOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!ObjectName.IsValid(name))
        {
            throw ObjectName.Invalid(name, nameof(name));
        }

        string key = _options.KeyPrefix + name;
        return Encoding.UTF8.GetByteCount(key) <= LongestKey
            ? key
            : throw new ArgumentException($"'{name}' is too long for S3: with the prefix, a key has at most {LongestKey} bytes.", nameof(name));
    }
}
