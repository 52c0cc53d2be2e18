namespace Pipeline.Archive;

/// <summary>What is old enough for the archive.</summary>
public sealed record ArchiveOptions
{
    // Beyond the window a training still finds what a person may want to look at.
    private const int StandardMonths = 36;
    private const int BeyondWindow = 12;

    /// <summary>Months before the newest incident from which an incident belongs in the archive, at least those of the training's window and at most 1200; null is 36, or a year more than the window where that is longer.</summary>
    public int? AfterMonths { get; init; }

    /// <summary>Checks the range.</summary>
    /// <param name="windowMonths">The months that a training looks back.</param>
    /// <exception cref="ArgumentOutOfRangeException">The option is out of its range; the message names it.</exception>
    public void Validate(int windowMonths) => SettingRange.Require(AfterMonths, windowMonths, 1200, "Archive:AfterMonths");

    /// <summary>The months that hold.</summary>
    /// <param name="windowMonths">The months that a training looks back.</param>
    public int Months(int windowMonths) => AfterMonths ?? Math.Max(StandardMonths, windowMonths + BeyondWindow);
}
