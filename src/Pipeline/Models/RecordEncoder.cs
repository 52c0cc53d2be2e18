using System.Globalization;
using System.Text.Json;
using Pipeline.Datasets;

namespace Pipeline.Models;

/// <summary>
/// Turns records into vectors, which take the place of the embeddings of texts: numbers and dates robustly scaled (Huber 1981: median and interquartile range, so that no outlier decides), categories one-hot where
/// there are few and by their frequency where there are many. What it learned from a training's rows is a <see cref="RecordMix"/>, and the same rows always give the same vectors. Safe for use by many threads.
/// </summary>
public sealed class RecordEncoder
{
    /// <summary>More categories than this are told apart by their frequency, unless the column says otherwise.</summary>
    public const int MostOneHot = 20;

    private const int MostCategories = 10_000;
    private const double RareCategory = 0.01;
    private const double MarkedMissing = 0.05;
    private const double SmallestVariance = 0.1;
    private const double Furthest = 3;
    private const double QuartilesOfDeviation = 1.349;

    // A missing value is no text.
    private const string NoCategory = "\0";

    private readonly Dictionary<string, int>?[] _places;

    /// <summary>Makes the encoder of a mix.</summary>
    /// <exception cref="InvalidDataException">A number of the mix is none, or a column has other dimensions than its encoding.</exception>
    public RecordEncoder(RecordMix mix)
    {
        ArgumentNullException.ThrowIfNull(mix);
        foreach (ColumnMix column in mix.Columns)
        {
            if (!double.IsFinite(column.Center) || !double.IsFinite(column.Scale) || column.Scale == 0 || column.MissingMark is double mark && !double.IsFinite(mark) || column.Dimensions != DimensionsOf(column))
            {
                throw new InvalidDataException($"The mix of the column '{column.Name}' does not fit together.");
            }
        }

        Mix = mix;
        _places = [.. mix.Columns.Select(column => column.Categories.Count == 0 ? null : column.Categories.Index().ToDictionary(c => KeyOf(c.Item.Value), c => c.Index, StringComparer.Ordinal))];
    }

    /// <summary>What was learned.</summary>
    public RecordMix Mix { get; }

    /// <summary>Values per vector.</summary>
    public int Dimensions => Mix.Dimensions;

    /// <summary>Learns from the rows of a training. O(rows x columns).</summary>
    /// <param name="rows">The rows, each a JSON object of its columns.</param>
    /// <param name="columns">The columns to learn from.</param>
    /// <exception cref="InvalidDataException">A row is no JSON object, or no column tells the rows apart.</exception>
    public static RecordEncoder Fit(IReadOnlyList<string> rows, IReadOnlyList<RecordColumn> columns)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(columns);
        RecordRow[] read = [.. rows.Select(RecordRow.Parse)];
        RecordMix mix = new([.. columns.Select(column => column.Kind == RecordColumnKind.Category ? Categories(column, read) : Numbers(column, read))]);
        return mix.Dimensions > 0 ? new RecordEncoder(mix) : throw new InvalidDataException("No column tells the rows apart: each has the same value everywhere.");
    }

    /// <summary>The vectors of rows. O(rows x dimensions).</summary>
    /// <param name="rows">The rows, each a JSON object; a column that a row lacks is missing there, one that was not learned from is passed over.</param>
    /// <returns>rows x <see cref="Dimensions"/>, row-major.</returns>
    /// <exception cref="InvalidDataException">A row is no JSON object.</exception>
    public float[] Encode(IReadOnlyList<string> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        float[] vectors = new float[checked(rows.Count * Dimensions)];
        Parallel.For(0, rows.Count, row => Encode(RecordRow.Parse(rows[row]), vectors.AsSpan(row * Dimensions, Dimensions)));
        return vectors;
    }

    private void Encode(RecordRow row, Span<float> vector)
    {
        int place = 0;
        foreach ((int i, ColumnMix column) in Mix.Columns.Index())
        {
            Span<float> own = vector.Slice(place, column.Dimensions);
            place += column.Dimensions;
            switch (column.Encoding)
            {
                case ColumnEncoding.Robust:
                    Scale(column, row.Number(column.Name, column.Kind), own);
                    break;
                case ColumnEncoding.OneHot:
                    if (PlaceOf(i, row) is int hot && (hot < own.Length))
                    {
                        own[hot] = (float)column.Scale;
                    }

                    break;
                case ColumnEncoding.Frequency:
                    double share = PlaceOf(i, row) is int known && known < column.Categories.Count ? column.Categories[known].Share : column.Categories[^1].Share / 2;
                    own[0] = Cut((Math.Log(share) - column.Center) / column.Scale);
                    break;
            }
        }
    }

    private static void Scale(ColumnMix column, double? value, Span<float> own)
    {
        own[0] = Scaled(column, value ?? (column.Missing == MissingRule.Zero ? 0 : column.Center));
        if (column.MissingMark is double mark)
        {
            own[1] = value is null ? (float)mark : 0;
        }
    }

    // Beyond the categories stands the number of all others.
    private int? PlaceOf(int column, RecordRow row)
    {
        ColumnMix mix = Mix.Columns[column];
        string? category = row.Category(mix.Name);
        if (category is null && mix.Missing == MissingRule.MostFrequent)
        {
            return 0;
        }

        return _places[column]!.TryGetValue(KeyOf(category), out int place) ? place : mix.Categories.Count;
    }

    /// <summary>A number as it stands in a vector.</summary>
    internal static float Scaled(ColumnMix column, double value) => Cut((value - column.Center) / column.Scale);

    private static float Cut(double value) => (float)Math.Clamp(value, -Furthest, Furthest);

    private static string KeyOf(string? category) => category ?? NoCategory;

    private static ColumnMix Numbers(RecordColumn column, RecordRow[] rows)
    {
        double?[] values = [.. rows.Select(row => row.Number(column.Name, column.Kind))];
        double[] present = [.. values.OfType<double>().Order()];
        double missing = rows.Length == 0 ? 0 : 1 - ((double)present.Length / rows.Length);
        MissingRule rule = column.Missing == MissingRule.Zero ? MissingRule.Zero : MissingRule.Median;
        double center = Quantile(present, 0.5);
        double spread = (Quantile(present, 0.75) - Quantile(present, 0.25)) / QuartilesOfDeviation;
        if (spread <= 0)
        {
            spread = Deviation(present);
        }

        bool isConstant = !(spread > 0);
        double? mark = missing >= MarkedMissing && missing < 1 ? 1 / Math.Sqrt(missing * (1 - missing)) : null;
        ColumnMix mix = new()
        {
            Name = column.Name,
            Kind = column.Kind,
            Encoding = isConstant ? ColumnEncoding.Constant : ColumnEncoding.Robust,
            Dimensions = 0,
            MissingShare = Math.Round(missing, 6),
            Missing = rule,
            Center = center,
            Scale = isConstant ? 1 : spread,
            MissingMark = isConstant ? null : mark,
        };
        return mix with { Dimensions = DimensionsOf(mix) };
    }

    private static ColumnMix Categories(RecordColumn column, RecordRow[] rows)
    {
        string?[] values = [.. rows.Select(row => row.Category(column.Name))];
        MissingRule rule = column.Missing == MissingRule.MostFrequent ? MissingRule.MostFrequent : MissingRule.Own;
        double missing = rows.Length == 0 ? 0 : (double)values.Count(value => value is null) / rows.Length;
        IEnumerable<string?> counted = rule == MissingRule.Own ? values : values.Where(value => value is not null);
        int total = rule == MissingRule.Own ? values.Length : values.Count(value => value is not null);
        CategoryShare[] all = [.. counted.CountBy(KeyOf, StringComparer.Ordinal).OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal)
            .Select(c => new CategoryShare(string.Equals(c.Key, NoCategory, StringComparison.Ordinal) ? null : c.Key, (double)c.Value / total))];
        bool isOneHot = column.Encoding == EncodingRule.OneHot || (column.Encoding == EncodingRule.Auto && all.Length <= MostOneHot);
        ColumnMix mix = new()
        {
            Name = column.Name,
            Kind = column.Kind,
            Encoding = all.Length < 2 ? ColumnEncoding.Constant : isOneHot ? ColumnEncoding.OneHot : ColumnEncoding.Frequency,
            Dimensions = 0,
            MissingShare = Math.Round(missing, 6),
            Missing = rule,
        };
        mix = mix.Encoding switch
        {
            ColumnEncoding.OneHot => OneHot(mix, all),
            ColumnEncoding.Frequency => Frequencies(mix, all),
            _ => mix,
        };
        return mix with { Dimensions = DimensionsOf(mix) };
    }

    // Rare categories are one, but for the two most frequent, which may be all that there is.
    private static ColumnMix OneHot(ColumnMix mix, CategoryShare[] all)
    {
        CategoryShare[] named = [.. all.Where((category, rank) => rank < 2 || category.Share >= RareCategory)];
        double other = named.Length == all.Length ? 0 : Math.Max(0, 1 - named.Sum(category => category.Share));
        double variance = 1 - named.Sum(category => category.Share * category.Share) - (other * other);
        return mix with { Categories = named, OtherShare = other, Scale = 1 / Math.Sqrt(Math.Max(SmallestVariance, variance)) };
    }

    private static ColumnMix Frequencies(ColumnMix mix, CategoryShare[] all)
    {
        CategoryShare[] named = all.Length <= MostCategories ? all : all[..MostCategories];
        double center = named.Sum(category => category.Share * Math.Log(category.Share)) / named.Sum(category => category.Share);
        double variance = named.Sum(category => category.Share * Math.Pow(Math.Log(category.Share) - center, 2)) / named.Sum(category => category.Share);

        // Where all are equally frequent, their frequency says nothing.
        return variance > 1e-12
            ? mix with { Categories = named, OtherShare = Math.Max(0, 1 - named.Sum(category => category.Share)), Center = center, Scale = Math.Sqrt(variance) }
            : mix with { Encoding = ColumnEncoding.Constant };
    }

    private static int DimensionsOf(ColumnMix column) => column.Encoding switch
    {
        ColumnEncoding.Robust => column.MissingMark is null ? 1 : 2,
        ColumnEncoding.OneHot => column.Categories.Count + (column.OtherShare > 0 ? 1 : 0),
        ColumnEncoding.Frequency => 1,
        _ => 0,
    };

    private static double Quantile(double[] sorted, double share)
    {
        if (sorted.Length == 0)
        {
            return 0;
        }

        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + ((place - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }

    private static double Deviation(double[] values)
    {
        double mean = values.Length == 0 ? 0 : values.Average();
        return values.Length == 0 ? 0 : Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }
}

/// <summary>A record's values by column.</summary>
/// <param name="Values">The JSON object.</param>
internal readonly record struct RecordRow(IReadOnlyDictionary<string, JsonElement> Values)
{
    private static readonly DateTimeOffset FirstDay = new(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reads a row.</summary>
    /// <exception cref="InvalidDataException">It is no JSON object.</exception>
    public static RecordRow Parse(string json)
    {
        try
        {
            return new RecordRow(JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json) ?? throw new InvalidDataException("A record is null; it must be a JSON object."));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("A record is no JSON object.", e);
        }
    }

    /// <summary>The number of a column, a date in days since 1970-01-01; null where there is none.</summary>
    public double? Number(string column, RecordColumnKind kind)
    {
        if (!Values.TryGetValue(column, out JsonElement value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number)
        {
            return value.GetDouble();
        }

        string? text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        if (kind == RecordColumnKind.Date)
        {
            return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date) ? (date - FirstDay).TotalDays : null;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;
    }

    /// <summary>The category of a column; null where there is none.</summary>
    public string? Category(string column) => !Values.TryGetValue(column, out JsonElement value) ? null : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() is { Length: > 0 } text ? text : null,
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        _ => value.GetRawText(),
    };
}
