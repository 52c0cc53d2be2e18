namespace Pipeline.Intake;

/// <summary>Which of a date's first two numbers is the day.</summary>
internal enum DateOrder
{
    /// <summary>It goes without saying: the year leads, the month is a word, or both numbers are the same.</summary>
    Certain,

    /// <summary>The first: it is above 12.</summary>
    DayFirst,

    /// <summary>The second: it is above 12.</summary>
    MonthFirst,

    /// <summary>The text alone does not tell.</summary>
    Either,
}
