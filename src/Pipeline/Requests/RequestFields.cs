using System.Globalization;

namespace Pipeline.Requests;

/// <summary>Refuses fields and parameters by their names, in an answer whose length does not grow with what was sent.</summary>
public static class RequestFields
{
    private const int MostNamed = 10;
    private const int LongestName = 60;
    private static readonly string[] Repeated = ["It is given more than once, and one value is meant."];

    /// <summary>Refuses query parameters that are not read.</summary>
    /// <param name="given">The names that were sent.</param>
    /// <param name="known">The names that are read.</param>
    /// <exception cref="RequestException">A name is unknown; the message names it and those that are known.</exception>
    public static void Require(IEnumerable<string> given, IReadOnlyList<string> known)
    {
        string allowed = known.Count == 0 ? "This address takes none." : $"Parameters: {string.Join(", ", known)}.";
        Dictionary<string, string[]> errors = given.Except(known, StringComparer.OrdinalIgnoreCase).ToDictionary(name => name, _ => new[] { $"There is no such parameter. {allowed}" }, StringComparer.Ordinal);
        if (errors.Count > 0)
        {
            throw Invalid("The query has", "parameter", errors.Count == 1 ? "that is not known here" : "that are not known here", errors);
        }
    }

    /// <summary>Refuses query parameters that are given more than once, where one value is meant.</summary>
    /// <param name="repeated">The names of those.</param>
    /// <exception cref="RequestException">There is one; the message names it.</exception>
    public static void RequireOnce(IEnumerable<string> repeated)
    {
        Dictionary<string, string[]> errors = repeated.ToDictionary(name => name, _ => Repeated, StringComparer.Ordinal);
        if (errors.Count > 0)
        {
            throw Invalid("The query has", "parameter", "that may be given once", errors);
        }
    }

    /// <summary>Refuses fields, of which the first few are named.</summary>
    internal static RequestException Invalid(string where, string kind, string why, Dictionary<string, string[]> errors)
    {
        Dictionary<string, string[]> named = errors.Take(MostNamed).DistinctBy(e => Short(e.Key), StringComparer.Ordinal).ToDictionary(e => Short(e.Key), e => e.Value, StringComparer.Ordinal);
        string names = string.Join(", ", named.Keys);
        string rest = errors.Count > named.Count ? string.Create(CultureInfo.InvariantCulture, $" and {errors.Count - named.Count} more") : "";
        return new RequestException(RequestProblem.Invalid, $"{where} {(errors.Count == 1 ? $"a {kind}" : $"{kind}s")} {why}: {names}{rest}.", named);
    }

    private static string Short(string name) => name.Length <= LongestName ? name : $"{name[..LongestName]}...";
}
