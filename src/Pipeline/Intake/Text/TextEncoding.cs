using System.Text;

namespace Pipeline.Intake;

/// <summary>How a file's bytes become text.</summary>
/// <param name="Encoding">The encoding.</param>
/// <param name="Mark">The length of the byte order mark.</param>
/// <param name="IsAssumed">Whether it was concluded from the bytes of the text, so that the user is to be told.</param>
internal sealed record TextEncoding(Encoding Encoding, int Mark, bool IsAssumed = false)
{
    /// <summary>UTF-8 without a mark.</summary>
    public static readonly TextEncoding Utf8 = new(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 0);

    static TextEncoding() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>An encoding whose bytes are decoded or refused, never replaced.</summary>
    public static Encoding Strict(string name) => Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);

    /// <summary>The encoding that a user names.</summary>
    /// <exception cref="IntakeException">There is none of this name.</exception>
    public static TextEncoding Named(string name, ReadOnlySpan<byte> first)
    {
        try
        {
            Encoding encoding = Strict(name);
            return encoding.CodePage == Encoding.UTF8.CodePage ? Utf8 with { Mark = MarkLength(first, encoding) } : new TextEncoding(encoding, MarkLength(first, encoding));
        }
        catch (ArgumentException exception)
        {
            throw new IntakeException($"There is no encoding '{name}', which --encoding names. Name one as utf-8, utf-16, windows-1252, windows-1250, windows-1251, shift_jis or gb18030.", exception, isUsageError: true);
        }
    }

    /// <summary>The text as UTF-8 without a mark, from a stream that stands at its beginning. What is UTF-8 already passes as it is, broken or not.</summary>
    public Stream Transcode(Stream raw)
    {
        raw.ReadExactly(new byte[Mark]);
        return Encoding.CodePage == System.Text.Encoding.UTF8.CodePage ? raw : new TranscodedStream(System.Text.Encoding.CreateTranscodingStream(raw, Encoding, Utf8.Encoding));
    }

    private static int MarkLength(ReadOnlySpan<byte> first, Encoding encoding) => encoding.GetPreamble() is { Length: > 0 } mark && first.StartsWith(mark) ? mark.Length : 0;
}
