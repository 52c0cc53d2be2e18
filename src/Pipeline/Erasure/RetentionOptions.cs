namespace Pipeline.Erasure;

/// <summary>How long incidents are kept: the settings under <c>Retention</c>.</summary>
public sealed record RetentionOptions
{
    /// <summary>Months before today from which an incident is removed for good, at least those of the training's window and at most 1200; null for never.</summary>
    public int? Months { get; init; }

    /// <summary>Checks the range.</summary>
    /// <param name="windowMonths">The months that a training looks back.</param>
    /// <exception cref="ArgumentOutOfRangeException">The option is out of its range; the message names it.</exception>
    public void Validate(int windowMonths) => SettingRange.Require(Months, windowMonths, 1200, "Retention:Months");
}
