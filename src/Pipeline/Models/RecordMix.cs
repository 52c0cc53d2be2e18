using Pipeline.Datasets;

namespace Pipeline.Models;

/// <summary>How the columns of records become one vector: what <see cref="RecordEncoder"/> learned from the rows of a training. Part of <c>manifest.json</c>.</summary>
/// <param name="Columns">The columns, in order; those of which every row has the same value have no part in the vector.</param>
public sealed record RecordMix(IReadOnlyList<ColumnMix> Columns)
{
    /// <summary>Values per vector.</summary>
    public int Dimensions => Columns.Sum(column => column.Dimensions);
}

/// <summary>How one column becomes numbers. Each column has about the variance 1 in all its numbers together, so that none outweighs the others.</summary>
public sealed record ColumnMix
{
    /// <summary>The column's name.</summary>
    public required string Name { get; init; }

    /// <summary>What its values are.</summary>
    public required RecordColumnKind Kind { get; init; }

    /// <summary>How they become numbers.</summary>
    public required ColumnEncoding Encoding { get; init; }

    /// <summary>How many numbers of the vector are this column's.</summary>
    public required int Dimensions { get; init; }

    /// <summary>The share of the training's rows that lack a value, 0 to 1.</summary>
    public required double MissingShare { get; init; }

    /// <summary>What stands for a value that is missing.</summary>
    public required MissingRule Missing { get; init; }

    /// <summary>Of numbers, dates (days since 1970-01-01) and frequencies (the logarithm of the share): what is taken off each, the median or the mean.</summary>
    public double Center { get; init; }

    /// <summary>What each number is divided by after that: the interquartile range over 1.349, or the standard deviation where that is 0 and of frequencies; of one-hot numbers, what they are multiplied with.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Where a number of the vector says that a value is missing, how large it is then; null where there is none.</summary>
    public double? MissingMark { get; init; }

    /// <summary>The categories with their shares of the rows, the most frequent first.</summary>
    public IReadOnlyList<CategoryShare> Categories { get; init; } = [];

    /// <summary>The share of the rows that have another category; above 0, the last number of a one-hot column stands for all of them.</summary>
    public double OtherShare { get; init; }
}

/// <summary>A category of a column.</summary>
/// <param name="Value">The category; null where the value is missing.</param>
/// <param name="Share">The share of the training's rows that have it, 0 to 1.</param>
public sealed record CategoryShare(string? Value, double Share);

/// <summary>How a column becomes numbers.</summary>
public enum ColumnEncoding
{
    /// <summary>Not at all: every row has the same value.</summary>
    Constant,

    /// <summary>Robustly scaled: the median off, over the interquartile range, cut at three of these.</summary>
    Robust,

    /// <summary>A number for each category.</summary>
    OneHot,

    /// <summary>The logarithm of the category's share.</summary>
    Frequency,
}
