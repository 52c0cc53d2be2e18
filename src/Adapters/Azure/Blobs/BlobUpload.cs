using System.Buffers.Binary;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Pipeline.Storage;

namespace Pipeline.Adapters.Azure.Blobs;

/// <summary>
/// Takes the content of a blob and sends it in blocks, one of which is in memory at a time. The blocks become the blob when <see cref="CommitAsync"/> names them all,
/// in one step: without it nothing has changed, and Azure forgets them after a week. What is no more than a block is sent in one request.
/// </summary>
internal sealed class BlobUpload(BlobContainerClient container, BlockBlobClient blob, int blockBytes, Func<Exception, ObjectStoreException> explain) : Stream
{
    // Tells the own blob from another's where the answer to the decisive request was lost.
    private const string WriterKey = "writer";

    private readonly Guid _writer = Guid.NewGuid();
    private readonly MemoryStream _block = new();
    private readonly List<string> _blocks = [];
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
            int taken = Take(buffer);
            buffer = buffer[taken..];
            if (_block.Length == blockBytes)
            {
                // Who writes synchronously waits for the network anyway, and nothing below needs this thread.
                StageAsync(CancellationToken.None).GetAwaiter().GetResult();
            }
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            int taken = Take(buffer.Span);
            buffer = buffer[taken..];
            if (_block.Length == blockBytes)
            {
                await StageAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Makes what was written the blob.</summary>
    /// <param name="conditions">What must hold of the blob that is there; null for nothing.</param>
    /// <param name="cancellationToken">Stops the sending.</param>
    /// <returns>False where that does not hold: then the blob that is there stays.</returns>
    public async Task<bool> CommitAsync(BlobRequestConditions? conditions, CancellationToken cancellationToken)
    {
        Dictionary<string, string> metadata = new(StringComparer.Ordinal) { [WriterKey] = _writer.ToString("N") };
        try
        {
            if (_blocks.Count == 0)
            {
                await SendAsync(() => blob.UploadAsync(_block, new BlobUploadOptions { Conditions = conditions, Metadata = metadata }, cancellationToken), cancellationToken).ConfigureAwait(false);
            }
            else
            {
                if (_block.Length > 0)
                {
                    await StageAsync(cancellationToken).ConfigureAwait(false);
                }

                await blob.CommitBlockListAsync(_blocks, new CommitBlockListOptions { Conditions = conditions, Metadata = metadata }, cancellationToken).ConfigureAwait(false);
            }

            return true;
        }
        catch (RequestFailedException e) when (conditions is not null && (BlobFailure.IsConflict(e) || (conditions.IfMatch is not null && BlobFailure.IsMissing(e))))
        {
            return await IsOwnAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (BlobFailure.IsOfTheStore(e) && !cancellationToken.IsCancellationRequested)
        {
            throw explain(e);
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private int Take(ReadOnlySpan<byte> buffer)
    {
        int taken = Math.Min(buffer.Length, blockBytes - (int)_block.Length);
        _block.Write(buffer[..taken]);
        _length += taken;
        return taken;
    }

    private async Task StageAsync(CancellationToken cancellationToken)
    {
        // Azure wants all ids of a blob's blocks to be of one length, those of other writers included.
        byte[] id = new byte[20];
        _writer.TryWriteBytes(id);
        BinaryPrimitives.WriteInt32BigEndian(id.AsSpan(16), _blocks.Count);
        string name = Convert.ToBase64String(id);
        try
        {
            await SendAsync(() => blob.StageBlockAsync(name, _block, options: null, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (BlobFailure.IsOfTheStore(e) && !cancellationToken.IsCancellationRequested)
        {
            throw explain(e);
        }

        _blocks.Add(name);
        _block.SetLength(0);
    }

    /// <summary>Sends the block, and once more where the container has to be made first.</summary>
    private async Task SendAsync(Func<Task> send, CancellationToken cancellationToken)
    {
        _block.Position = 0;
        try
        {
            await send().ConfigureAwait(false);
        }
        catch (RequestFailedException e) when (BlobFailure.LacksContainer(e))
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            _block.Position = 0;
            await send().ConfigureAwait(false);
        }
    }

    private async Task<bool> IsOwnAsync(CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            return properties.Metadata.TryGetValue(WriterKey, out string? writer) && string.Equals(writer, _writer.ToString("N"), StringComparison.Ordinal);
        }
        catch (RequestFailedException e) when (BlobFailure.IsMissing(e))
        {
            return false;
        }
        catch (Exception e) when (BlobFailure.IsOfTheStore(e) && !cancellationToken.IsCancellationRequested)
        {
            throw explain(e);
        }
    }
}
