using System.Globalization;
using Pipeline.Datasets;
using Pipeline.Models;

namespace Pipeline.Training;

/// <summary>
/// What sets groups of records apart from all other rows, and names them by it. Numbers are compared by their means, in robust standard deviations; categories by their shares, in Cohen's h (1988), which is on the same
/// scale: about 0.2 is small, 0.5 medium, 0.8 large.
/// </summary>
public sealed class RecordTraits
{
    private const int Kept = 8;
    private const int InName = 3;
    private const double Least = 0.2;

    private readonly RecordMix _mix;
    private readonly IReadOnlyList<double?[]> _numbers;
    private readonly IReadOnlyList<string?[]> _categories;
    private readonly int _count;

    /// <summary>Reads the rows of a training.</summary>
    /// <param name="rows">The rows, each a JSON object of its columns.</param>
    /// <param name="mix">The columns as they were encoded.</param>
    /// <exception cref="InvalidDataException">A row is no JSON object.</exception>
    public RecordTraits(IReadOnlyList<string> rows, RecordMix mix)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(mix);
        RecordRow[] read = [.. rows.Select(RecordRow.Parse)];
        _mix = mix;
        _count = read.Length;
        _numbers = [.. mix.Columns.Select(column => IsNumber(column) ? read.Select(row => row.Number(column.Name, column.Kind)).ToArray() : [])];
        _categories = [.. mix.Columns.Select(column => IsNumber(column) ? [] : read.Select(row => row.Category(column.Name)).ToArray())];
    }

    /// <summary>Describes groups. O(rows x columns).</summary>
    /// <param name="groups">The group of each row, 0 to <paramref name="count"/> - 1, or -1 for none.</param>
    /// <param name="count">How many groups there are.</param>
    /// <returns>The traits of each group, the strongest first, up to eight and one for each column; those below 0.2 are left out.</returns>
    public IReadOnlyList<IReadOnlyList<ClusterTrait>> Describe(IReadOnlyList<int> groups, int count)
    {
        ArgumentNullException.ThrowIfNull(groups);
        List<ClusterTrait>[] traits = [.. Enumerable.Range(0, count).Select(_ => new List<ClusterTrait>())];
        for (int i = 0; i < _mix.Columns.Count; i++)
        {
            ColumnMix column = _mix.Columns[i];
            if (column.Dimensions > 0)
            {
                IEnumerable<(int Group, ClusterTrait Trait)> found = IsNumber(column) ? Means(column, _numbers[i], groups, count) : Shares(column, _categories[i], groups, count);
                foreach ((int group, ClusterTrait trait) in found)
                {
                    traits[group].Add(trait);
                }
            }
        }

        return [.. traits.Select(own => (IReadOnlyList<ClusterTrait>)
        [
            .. own.Where(trait => Math.Abs(trait.Effect) >= Least).GroupBy(trait => trait.Column, StringComparer.Ordinal).Select(column => column.MaxBy(trait => Math.Abs(trait.Effect))!)
                .OrderByDescending(trait => Math.Abs(trait.Effect)).ThenBy(trait => trait.Column, StringComparer.Ordinal).Take(Kept),
        ])];
    }

    /// <summary>Names groups by their strongest traits: by as many more as it takes that no two names are equal, and by a number where that does not help.</summary>
    /// <param name="traits">What <see cref="Describe"/> answers.</param>
    public static IReadOnlyList<GroupName> Name(IReadOnlyList<IReadOnlyList<ClusterTrait>> traits)
    {
        ArgumentNullException.ThrowIfNull(traits);
        string[] names = [.. traits.Select(own => Name(own, InName))];
        for (int length = InName + 1; length <= Kept && names.Distinct(StringComparer.Ordinal).Count() < names.Length; length++)
        {
            HashSet<string> repeated = [.. names.CountBy(name => name, StringComparer.Ordinal).Where(name => name.Value > 1).Select(name => name.Key)];
            names = [.. names.Select((name, group) => repeated.Contains(name) ? Name(traits[group], length) : name)];
        }

        Dictionary<string, int> seen = new(StringComparer.Ordinal);
        return
        [
            .. names.Select((name, group) =>
            {
                int times = seen[name] = seen.GetValueOrDefault(name) + 1;
                return new GroupName(times == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name} ({times})"), [.. traits[group].Select(trait => trait.Brief)]);
            }),
        ];
    }

    private static string Name(IReadOnlyList<ClusterTrait> traits, int length) => traits.Count == 0 ? "like all others" : string.Join(", ", traits.Take(length).Select(trait => trait.Brief));

    private static bool IsNumber(ColumnMix column) => column.Kind != RecordColumnKind.Category;

    private static IEnumerable<(int Group, ClusterTrait Trait)> Means(ColumnMix column, double?[] values, IReadOnlyList<int> groups, int count)
    {
        (double[] sums, double[] scaled, int[] known) = (new double[count], new double[count], new int[count]);
        (double sum, double scaledSum, int all) = (0, 0, 0);
        for (int row = 0; row < values.Length; row++)
        {
            if (values[row] is double value)
            {
                // Cut as the vectors are, so that a few far values do not make all others small.
                double cut = RecordEncoder.Scaled(column, value);
                sum += value;
                scaledSum += cut;
                all++;
                if (groups[row] >= 0)
                {
                    sums[groups[row]] += value;
                    scaled[groups[row]] += cut;
                    known[groups[row]]++;
                }
            }
        }

        for (int group = 0; group < count; group++)
        {
            if (known[group] > 0 && all > known[group])
            {
                double here = sums[group] / known[group];
                double elsewhere = (sum - sums[group]) / (all - known[group]);
                yield return (group, new ClusterTrait(column.Name, null, Rounded(here), Rounded(elsewhere), Math.Round((scaled[group] / known[group]) - ((scaledSum - scaled[group]) / (all - known[group])), 3)));
            }
        }
    }

    private IEnumerable<(int Group, ClusterTrait Trait)> Shares(ColumnMix column, string?[] values, IReadOnlyList<int> groups, int count)
    {
        int[] sizes = new int[count];
        foreach (int group in groups.Where(group => group >= 0))
        {
            sizes[group]++;
        }

        foreach (IGrouping<string?, int> category in Enumerable.Range(0, values.Length).GroupBy(row => values[row], StringComparer.Ordinal))
        {
            int[] own = new int[count];
            int all = 0;
            foreach (int row in category)
            {
                all++;
                if (groups[row] >= 0)
                {
                    own[groups[row]]++;
                }
            }

            for (int group = 0; group < count; group++)
            {
                if (sizes[group] > 0 && _count > sizes[group] && own[group] > 0)
                {
                    double here = (double)own[group] / sizes[group];
                    double elsewhere = (double)(all - own[group]) / (_count - sizes[group]);

                    // That few have a category says less than which one they have instead.
                    if (here > elsewhere)
                    {
                        yield return (group, new ClusterTrait(column.Name, category.Key ?? ClusterTrait.MissingValue, Math.Round(here, 4), Math.Round(elsewhere, 4), Math.Round((2 * Math.Asin(Math.Sqrt(here))) - (2 * Math.Asin(Math.Sqrt(elsewhere))), 3)));
                    }
                }
            }
        }
    }

    // Four digits that count.
    private static double Rounded(double value) => value == 0 ? 0 : Math.Round(value, Math.Clamp(3 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 12));
}
