using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Models;

/// <summary>Names one published training result of a tech center: year, quarter, and the revision when the same quarter was trained again.</summary>
/// <param name="Year">The calendar year of the training window's end.</param>
/// <param name="Quarter">The quarter of the training window's end, 1 to 4.</param>
/// <param name="Revision">1 for the first training of the quarter, then rising.</param>
public readonly partial record struct ModelVersionId(int Year, int Quarter, int Revision) : IComparable<ModelVersionId>
{
    /// <summary>Reads a name such as <c>2026_q2</c> or <c>2026_q2_r3</c>; null where it is none.</summary>
    public static ModelVersionId? Parse(string text)
    {
        Match match = Form().Match(text);
        return match.Success
            ? new ModelVersionId(Number(match.Groups["year"]), Number(match.Groups["quarter"]), match.Groups["revision"].Success ? Number(match.Groups["revision"]) : 1)
            : null;
    }

    /// <summary>Orders by year, quarter and revision.</summary>
    public int CompareTo(ModelVersionId other) => (Year, Quarter, Revision).CompareTo((other.Year, other.Quarter, other.Revision));

    /// <summary>The name that <see cref="Parse"/> reads: the revision is left out when it is 1.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Year}_q{Quarter}{(Revision == 1 ? "" : $"_r{Revision}")}");

    /// <summary>Whether the first is older.</summary>
    public static bool operator <(ModelVersionId left, ModelVersionId right) => left.CompareTo(right) < 0;

    /// <summary>Whether the first is newer.</summary>
    public static bool operator >(ModelVersionId left, ModelVersionId right) => left.CompareTo(right) > 0;

    /// <summary>Whether the first is older or the same.</summary>
    public static bool operator <=(ModelVersionId left, ModelVersionId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the first is newer or the same.</summary>
    public static bool operator >=(ModelVersionId left, ModelVersionId right) => left.CompareTo(right) >= 0;

    private static int Number(Group group) => int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex("^(?<year>[0-9]{4})_q(?<quarter>[1-4])(?:_r(?<revision>[1-9][0-9]{0,8}))?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
