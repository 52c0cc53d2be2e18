using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pipeline.Triggers;

/// <summary>Texts in a request's path that may be anything: numbers of incidents and names of tech centers.</summary>
internal static class RouteText
{
    /// <summary>
    /// What the client wrote as a part of the path. The hosts decode all of it but an escaped slash, so that their value does not tell <c>%2F</c> and <c>%252F</c> apart: the part of the path as it was sent is
    /// decoded instead, once.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="value">The part as the host gives it. It is the answer where the path as it was sent has no such part.</param>
    public static string Of(HttpRequest request, string value)
    {
        string sent = request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        int end = sent.AsSpan().IndexOfAny('?', '#');
        string? part = (end < 0 ? sent : sent[..end]).Split('/').FirstOrDefault(p => p.Length > 0 && string.Equals(ButSlashes(p), value, StringComparison.Ordinal));
        return part is null ? value : Uri.UnescapeDataString(part);
    }

    private static string ButSlashes(string part) =>
        Uri.UnescapeDataString(part.Replace("%2F", "%252F", StringComparison.Ordinal).Replace("%2f", "%252f", StringComparison.Ordinal));
}
