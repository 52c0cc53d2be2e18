using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Pipeline.Storage;

namespace Pipeline.Adapters.S3;

/// <summary>
/// Takes the content of an object and sends it in parts, one of which is in memory at a time. The parts become the object when <see cref="CommitAsync"/> completes the upload,
/// in one step: without it nothing has changed. What is no more than a part is sent in one request.
/// </summary>
internal sealed class S3Upload(IAmazonS3 client, string bucket, string key, int partBytes, int retries, Func<Exception, ObjectStoreException> explain) : Stream
{
    // Tells the own object from another's where the answer to the decisive request was lost.
    private const string WriterKey = "writer";
    private const string Any = "*";

    private readonly string _writer = Guid.NewGuid().ToString("N");
    private readonly MemoryStream _part = new();
    private readonly List<PartETag> _parts = [];
    private string? _uploadId;
    private long _length;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            buffer = buffer[Take(buffer)..];
            if (_part.Length == partBytes)
            {
                // Who writes synchronously waits for the network anyway, and nothing below needs this thread.
                SendPartAsync(CancellationToken.None).GetAwaiter().GetResult();
            }
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            buffer = buffer[Take(buffer.Span)..];
            if (_part.Length == partBytes)
            {
                await SendPartAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Makes what was written the object.</summary>
    /// <param name="onlyIfAbsent">Whether there must be no object.</param>
    /// <param name="onlyIfTag">The ETag that the object which is there must have; null for any.</param>
    /// <param name="cancellationToken">Stops the sending.</param>
    /// <returns>False where the condition does not hold: then what is there stays.</returns>
    public async Task<bool> CommitAsync(bool onlyIfAbsent, string? onlyIfTag, CancellationToken cancellationToken)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await (_uploadId is null ? PutAsync(onlyIfAbsent, onlyIfTag, cancellationToken) : CompleteAsync(onlyIfAbsent, onlyIfTag, cancellationToken)).ConfigureAwait(false);
                _uploadId = null;
                return true;
            }
            catch (AmazonS3Exception e) when (S3Failure.IsConflict(e))
            {
                bool? own = await IsOwnAsync(cancellationToken).ConfigureAwait(false);
                if (own == true || (own == false && (onlyIfAbsent || onlyIfTag is not null)))
                {
                    return own.Value;
                }

                // Of two at once S3 may refuse both: who sent it in one request sends it again, parts are gone by then.
                if (_uploadId is not null || e.StatusCode != HttpStatusCode.Conflict || attempt >= retries)
                {
                    throw explain(e);
                }
            }
            catch (AmazonS3Exception e) when (onlyIfTag is not null && S3Failure.IsMissing(e))
            {
                return false;
            }
            catch (Exception e) when (S3Failure.IsOfTheStore(e) && !cancellationToken.IsCancellationRequested)
            {
                throw explain(e);
            }
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Ends an upload that did not become an object, so that its parts are not kept and paid for.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (_uploadId is { } left)
        {
            try
            {
                await client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = left }, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (S3Failure.IsOfTheStore(e))
            {
                // A lifecycle rule of the bucket removes them; the outcome of the write stands.
            }
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    private int Take(ReadOnlySpan<byte> buffer)
    {
        int taken = Math.Min(buffer.Length, partBytes - (int)_part.Length);
        _part.Write(buffer[..taken]);
        _length += taken;
        return taken;
    }

    private async Task SendPartAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_uploadId is null)
            {
                InitiateMultipartUploadRequest begin = new() { BucketName = bucket, Key = key };
                begin.Metadata.Add(WriterKey, _writer);
                _uploadId = (await client.InitiateMultipartUploadAsync(begin, cancellationToken).ConfigureAwait(false)).UploadId;
            }

            _part.Position = 0;
            UploadPartRequest part = new() { BucketName = bucket, Key = key, UploadId = _uploadId, PartNumber = _parts.Count + 1, InputStream = _part, PartSize = _part.Length, UseChunkEncoding = false };
            UploadPartResponse sent = await client.UploadPartAsync(part, cancellationToken).ConfigureAwait(false);
            _parts.Add(new PartETag(_parts.Count + 1, sent.ETag));
            _part.SetLength(0);
        }
        catch (Exception e) when (S3Failure.IsOfTheStore(e) && !cancellationToken.IsCancellationRequested)
        {
            throw explain(e);
        }
    }

    private async Task PutAsync(bool onlyIfAbsent, string? onlyIfTag, CancellationToken cancellationToken)
    {
        _part.Position = 0;
        PutObjectRequest put = new() { BucketName = bucket, Key = key, InputStream = _part, AutoCloseStream = false, UseChunkEncoding = false, IfNoneMatch = onlyIfAbsent ? Any : null, IfMatch = onlyIfTag };
        put.Metadata.Add(WriterKey, _writer);
        await client.PutObjectAsync(put, cancellationToken).ConfigureAwait(false);
    }

    private async Task CompleteAsync(bool onlyIfAbsent, string? onlyIfTag, CancellationToken cancellationToken)
    {
        if (_part.Length > 0)
        {
            await SendPartAsync(cancellationToken).ConfigureAwait(false);
        }

        await client.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = _uploadId, PartETags = _parts, IfNoneMatch = onlyIfAbsent ? Any : null, IfMatch = onlyIfTag }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether the object that is there is the one that was written here; null where there is none.</summary>
    private async Task<bool?> IsOwnAsync(CancellationToken cancellationToken)
    {
        try
        {
            GetObjectMetadataResponse there = await client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = bucket, Key = key }, cancellationToken).ConfigureAwait(false);
            return string.Equals(there.Metadata[WriterKey], _writer, StringComparison.Ordinal);
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
}
