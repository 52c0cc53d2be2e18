using Azure.Storage.Blobs.Models;
using Pipeline.Storage;

namespace Pipeline.Adapters.Azure.Blobs;

/// <summary>
/// A blob while it arrives. A dropped connection is taken up again where it broke, as long as the blob is the same one;
/// what cannot be mended is an <see cref="ObjectStoreException"/>.
/// </summary>
internal sealed class BlobReadStream(BlobDownloadStreamingResult download, Func<Exception, ObjectStoreException> explain) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    /// <summary>The blob's size in bytes.</summary>
    public override long Length => download.Details.ContentLength;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        try
        {
            int read = download.Content.Read(buffer);
            _position += read;
            return read;
        }
        catch (Exception e) when (BlobFailure.IsOfTheStore(e))
        {
            throw explain(e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            int read = await download.Content.ReadAsync(buffer, cancellationToken);
            _position += read;
            return read;
        }
        catch (Exception e) when (BlobFailure.IsOfTheStore(e) && !cancellationToken.IsCancellationRequested)
        {
            throw explain(e);
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            download.Dispose();
        }

        base.Dispose(disposing);
    }
}
