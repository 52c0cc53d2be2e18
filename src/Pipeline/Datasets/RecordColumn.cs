namespace Pipeline.Datasets;

/// <summary>A column of records that a model learns from.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What its values are.</param>
/// <param name="Missing">What stands for a value that is missing.</param>
/// <param name="Encoding">How a column of categories becomes numbers.</param>
public sealed record RecordColumn(string Name, RecordColumnKind Kind, MissingRule Missing = MissingRule.Auto, EncodingRule Encoding = EncodingRule.Auto);

/// <summary>What the values of a column are.</summary>
public enum RecordColumnKind
{
    /// <summary>Numbers.</summary>
    Number,

    /// <summary>Dates, which count as days.</summary>
    Date,

    /// <summary>Categories: texts, truth values and codes, of which it only counts whether they are the same.</summary>
    Category,
}

/// <summary>What stands for a value that is missing.</summary>
public enum MissingRule
{
    /// <summary>The median of a column of numbers or dates; for categories a category of its own.</summary>
    Auto,

    /// <summary>The median of a column of numbers or dates.</summary>
    Median,

    /// <summary>The number 0.</summary>
    Zero,

    /// <summary>A category of its own.</summary>
    Own,

    /// <summary>The most frequent category.</summary>
    MostFrequent,
}

/// <summary>How a column of categories becomes numbers.</summary>
public enum EncodingRule
{
    /// <summary>One-hot where the column has few categories, otherwise by frequency.</summary>
    Auto,

    /// <summary>A number for each category: 1 where the row has it.</summary>
    OneHot,

    /// <summary>One number: how frequent the row's category is.</summary>
    Frequency,
}
