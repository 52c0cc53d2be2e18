namespace Pipeline.Models;

/// <summary>Where incidents lie on the cluster map of a version. Of incidents with the same text as many have a place as the training had, each its own.</summary>
public sealed class MapPlaces(KnownTexts texts)
{
    private const int KeyDigits = 16;

    private readonly Dictionary<ulong, IEnumerator<(float X, float Y)>> _places = texts.Places().ToDictionary(p => p.Key, p => p.GetEnumerator());

    /// <summary>Takes the next place of a text; false where the version was not trained on it, or not that often.</summary>
    /// <param name="contentHash">The hash of the incident's text.</param>
    /// <param name="place">The place, in the units of the training.</param>
    public bool TryTake(string contentHash, out (float X, float Y) place)
    {
        ArgumentNullException.ThrowIfNull(contentHash);
        if (contentHash.Length >= KeyDigits && _places.TryGetValue(KnownTexts.Key(contentHash), out IEnumerator<(float X, float Y)>? places) && places.MoveNext())
        {
            place = places.Current;
            return true;
        }

        place = default;
        return false;
    }

    /// <summary>At most so many of the points, evenly from all of them.</summary>
    public static IReadOnlyList<T> Thin<T>(IReadOnlyList<T> points, int most)
    {
        ArgumentNullException.ThrowIfNull(points);
        return points.Count <= most ? points : [.. Enumerable.Range(0, most).Select(i => points[(int)((long)i * points.Count / most)])];
    }
}
