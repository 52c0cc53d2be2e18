using System.Globalization;
using Pipeline.Requests;

namespace Pipeline.Problems;

/// <summary>Asks for a map of incidents.</summary>
/// <param name="TechCenter">The tech center's name or folder; null for the maps of all.</param>
/// <param name="Version">The model version whose map it is; null for the one that serves. Only of one tech center.</param>
/// <param name="Points">At most so many points of all tech centers together, but some hundreds of each.</param>
public sealed record MapQuery(string? TechCenter = null, string? Version = null, int Points = MapQuery.MostPoints)
{
    /// <summary>The most points of an answer.</summary>
    public const int MostPoints = 20_000;

    /// <summary>Reads a query from the texts of an address; null or empty ones are left to their defaults.</summary>
    /// <exception cref="RequestException">A text cannot be read or is out of its range, or a version is named without its tech center.</exception>
    public static MapQuery Parse(string? techCenter, string? version, string? points)
    {
        int most = MostPoints;
        if (!string.IsNullOrEmpty(points) && (!int.TryParse(points, NumberStyles.None, CultureInfo.InvariantCulture, out most) || most is < 1 or > MostPoints))
        {
            throw RequestException.Invalid("points", string.Create(CultureInfo.InvariantCulture, $"points is '{points}'; it must be a whole number from 1 to {MostPoints}."));
        }

        return string.IsNullOrEmpty(techCenter) && !string.IsNullOrEmpty(version)
            ? throw RequestException.Invalid("version", "version is that of one tech center: name it by techCenter.")
            : new MapQuery(NullIfEmpty(techCenter), NullIfEmpty(version), most);
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
