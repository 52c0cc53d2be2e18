namespace Pipeline.Models;

/// <summary>The cumulative period a model learns from: so many months back from a quarter's end.</summary>
/// <param name="From">The first instant, in UTC.</param>
/// <param name="Until">The first instant after the window, in UTC.</param>
public sealed record TrainingWindow(DateTimeOffset From, DateTimeOffset Until)
{
    /// <summary>The window that ends with a quarter.</summary>
    /// <param name="year">2000 to 9998.</param>
    /// <param name="quarter">1 to 4.</param>
    /// <param name="months">The window's length, 1 to 1200.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static TrainingWindow Ending(int year, int quarter, int months)
    {
        Require(year, 2000, 9998, nameof(year));
        Require(quarter, 1, 4, nameof(quarter));
        Require(months, 1, 1200, nameof(months));
        DateTimeOffset until = new DateTimeOffset(year, (quarter * 3) - 2, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(3);
        return new TrainingWindow(until.AddMonths(-months), until);
    }

    /// <summary>The year and quarter that an instant falls in.</summary>
    public static (int Year, int Quarter) QuarterOf(DateTimeOffset instant) => (instant.UtcDateTime.Year, ((instant.UtcDateTime.Month - 1) / 3) + 1);

    private static void Require(int value, int lowest, int highest, string name)
    {
        if (value < lowest || value > highest)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be from {lowest} to {highest}.");
        }
    }
}
