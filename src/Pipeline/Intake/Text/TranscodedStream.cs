using System.Text;

namespace Pipeline.Intake;

/// <summary>A text in another encoding, of which bytes that mean nothing there are an error for the file.</summary>
internal sealed class TranscodedStream(Stream transcoding) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return transcoding.Read(buffer);
        }
        catch (DecoderFallbackException exception)
        {
            throw new IntakeException($"The file holds bytes ({Convert.ToHexString(exception.BytesUnknown ?? [])}) that mean nothing in its encoding. Name the right one with --encoding, or save the file as UTF-8.", exception);
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            transcoding.Dispose();
        }

        base.Dispose(disposing);
    }
}
