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

    /// <summary>A value that the data set requires is missing.</summary>
    MissingValue,

    /// <summary>A value is of another type than the data set says, such as a word in a column of numbers.</summary>
    WrongType,

    /// <summary>A number is below or above what the data set allows.</summary>
    OutOfRange,

    /// <summary>A value is none of those that the data set lists.</summary>
    NotAllowed,

    /// <summary>A text has another form or length than the data set says.</summary>
    WrongForm,

    /// <summary>The row has a column that the data set does not know, and does not allow.</summary>
    UnknownColumn,

    /// <summary>The row breaks another rule of the data set's schema.</summary>
    AgainstSchema,

    /// <summary>The file holds a newer version of the same number.</summary>
    Superseded,

    /// <summary>An incident of this number was erased. The row is not kept, and makes no file a bad one.</summary>
    Erased,
}
