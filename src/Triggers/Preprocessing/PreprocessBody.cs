using System.Globalization;
using Pipeline.Requests;

namespace Pipeline.Triggers;

/// <summary>The body of <c>POST /api/preprocess</c>.</summary>
/// <param name="Limit">Stop after this many incidents, at least 1; null for all that wait.</param>
public sealed record PreprocessBody(int? Limit = null)
{
    /// <summary>The limit, checked.</summary>
    /// <exception cref="RequestException">It is below 1.</exception>
    public int? CheckedLimit() => Limit < 1
        ? throw RequestException.Invalid("limit", string.Create(CultureInfo.InvariantCulture, $"limit is {Limit}; it must be at least 1. Leave it out to preprocess all that waits."))
        : Limit;
}
