namespace Pipeline.Operations;

/// <summary>What the pipeline's work costs, from what was measured and the prices in the settings.</summary>
public sealed record CostOptions
{
    /// <summary>The currency of the prices.</summary>
    public string Currency { get; init; } = "USD";

    /// <summary>The price of a million tokens of embeddings, 0 or more.</summary>
    public double PerMillionTokens { get; init; } = 0.02;

    /// <summary>The price of a gigabyte of models that is kept for a month, 0 or more.</summary>
    public double PerGigabyteMonth { get; init; } = 0.02;

    /// <summary>The price of a gigabyte of memory in use for a second, 0 or more.</summary>
    public double PerGigabyteSecond { get; init; } = 0.000026;

    /// <summary>What may be spent in a month; 0 for no budget.</summary>
    public double MonthlyBudget { get; init; }

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the message names it and the range.</exception>
    public void Validate()
    {
        SettingRange.Require(PerMillionTokens, 0, double.PositiveInfinity, "Cost:PerMillionTokens");
        SettingRange.Require(PerGigabyteMonth, 0, double.PositiveInfinity, "Cost:PerGigabyteMonth");
        SettingRange.Require(PerGigabyteSecond, 0, double.PositiveInfinity, "Cost:PerGigabyteSecond");
        SettingRange.Require(MonthlyBudget, 0, double.PositiveInfinity, "Cost:MonthlyBudget");
    }

    /// <summary>What a week cost, and what a month like it does.</summary>
    /// <param name="tokens">Tokens that were charged.</param>
    /// <param name="modelBytes">Bytes of the model versions.</param>
    /// <param name="gigabyteSeconds">Memory in use, over time.</param>
    public CostEstimate Of(double tokens, long modelBytes, double gigabyteSeconds)
    {
        const double WeeksOfMonth = 365.25 / 12 / 7;
        double embedding = tokens / 1e6 * PerMillionTokens;
        double storage = modelBytes / 1e9 * PerGigabyteMonth / WeeksOfMonth;
        double compute = gigabyteSeconds * PerGigabyteSecond;
        double month = (embedding + storage + compute) * WeeksOfMonth;
        return new CostEstimate(Currency, tokens, modelBytes, gigabyteSeconds, Round(embedding), Round(storage), Round(compute), Round(embedding + storage + compute), Round(month), MonthlyBudget > 0 ? Math.Round(month / MonthlyBudget, 4) : null);
    }

    private static double Round(double amount) => Math.Round(amount, 4);
}

/// <summary>What a week cost. What the warehouse's own service charges is in its bill, not here.</summary>
/// <param name="Currency">The currency.</param>
/// <param name="Tokens">Tokens that were charged.</param>
/// <param name="ModelBytes">Bytes of the model versions.</param>
/// <param name="GigabyteSeconds">Memory in use, over time.</param>
/// <param name="Embedding">What the tokens cost.</param>
/// <param name="Storage">What the models cost in a week.</param>
/// <param name="Compute">What the memory cost.</param>
/// <param name="Week">The sum.</param>
/// <param name="Month">What a month like it costs.</param>
/// <param name="OfBudget">That over the monthly budget; null where there is none.</param>
public sealed record CostEstimate(string Currency, double Tokens, long ModelBytes, double GigabyteSeconds, double Embedding, double Storage, double Compute, double Week, double Month, double? OfBudget);
