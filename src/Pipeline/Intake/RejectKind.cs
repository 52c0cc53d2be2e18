namespace Pipeline.Intake;

/// <summary>Why a row was not accepted.</summary>
public enum RejectKind
{
    /// <summary>A quoted field has no end, or text behind its end.</summary>
    BrokenQuote,

    /// <summary>The row has more or fewer fields than the header.</summary>
    FieldCount,

    /// <summary>The row holds bytes that are no text.</summary>
    InvalidBytes,

    /// <summary>A date is missing, cannot be read, or lies outside 1990 to tomorrow.</summary>
    InvalidDate,

    /// <summary>All text columns are blank.</summary>
    EmptyText,

    /// <summary>A line, number or tech center is too long to be one.</summary>
    TooLong,

    /// <summary>A record of JSON is none.</summary>
    Malformed,

    /// <summary>The file holds a newer version of the same number.</summary>
    Superseded,
}
