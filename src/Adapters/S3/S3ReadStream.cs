using Amazon.S3.Model;
using Pipeline.Storage;

namespace Pipeline.Adapters.S3;

/// <summary>
/// An object while it arrives. A dropped connection is taken up again where it broke, as long as the object is the same one;
/// what cannot be mended is an <see cref="ObjectStoreException"/>.
/// </summary>
/// <param name="first">The answer that begins the object.</param>
/// <param name="resume">Asks for the same object from a position on.</param>
/// <param name="retries">How often in a row it is taken up again.</param>
/// <param name="explain">Makes the exception of a failure.</param>
internal sealed class S3ReadStream(GetObjectResponse first, Func<long, CancellationToken, Task<GetObjectResponse>> resume, int retries, Func<Exception, ObjectStoreException> explain) : Stream
{
    private readonly long _length = first.ContentLength;
    private GetObjectResponse _answer = first;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    /// <summary>The object's size in bytes.</summary>
    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    // Who reads synchronously waits for the network anyway, and nothing below needs this thread.
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _position == _length)
        {
            return 0;
        }

        Exception? failure = null;
        for (int attempt = 0; attempt <= retries; attempt++)
        {
            try
            {
                if (failure is not null)
                {
                    _answer.Dispose();
                    _answer = await resume(_position, cancellationToken).ConfigureAwait(false);
                }

                int read = await _answer.ResponseStream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (read > 0)
                {
                    _position += read;
                    return read;
                }

                failure = new EndOfStreamException($"The connection ended after {_position} of {_length} bytes.");
            }
            catch (Exception e) when (S3Failure.IsOfTheStore(e) && !cancellationToken.IsCancellationRequested)
            {
                failure = e;
                if (e is Amazon.Runtime.AmazonServiceException { StatusCode: System.Net.HttpStatusCode.NotFound or System.Net.HttpStatusCode.PreconditionFailed })
                {
                    break;
                }
            }
        }

        throw explain(failure!);
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
            _answer.Dispose();
        }

        base.Dispose(disposing);
    }
}
