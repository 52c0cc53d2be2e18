using System.Globalization;
using System.Text.Json.Serialization;

namespace Pipeline.Models;

/// <summary>What sets a cluster of records apart from all other rows, in one column.</summary>
/// <param name="Column">The column.</param>
/// <param name="Value">The category that is more frequent in the cluster; null where the column is of numbers or dates.</param>
/// <param name="Here">The cluster's mean, a date in days since 1970-01-01; of a category its share of the cluster's rows, 0 to 1.</param>
/// <param name="Elsewhere">The same of all other rows.</param>
/// <param name="Effect">How large the difference is: of means in robust standard deviations, of shares as Cohen's h. Negative where the cluster's mean is lower.</param>
public sealed record ClusterTrait(string Column, string? Value, double Here, double Elsewhere, double Effect)
{
    /// <summary>In place of a category: the value is missing.</summary>
    public const string MissingValue = "(missing)";

    /// <summary>The trait in a few words, such as <c>water_source lake</c> or <c>high head_age</c>.</summary>
    [JsonIgnore]
    public string Brief => Value is null ? $"{(Effect < 0 ? "low" : "high")} {Column}" : $"{Column} {Value}";

    /// <summary>The trait with its figures, such as <c>water_source lake 78 % (elsewhere 1 %)</c> or <c>head_age 67.2 (elsewhere 39.1)</c>.</summary>
    [JsonIgnore]
    public string WithFigures => Value is null
        ? string.Create(CultureInfo.InvariantCulture, $"{Column} {Here:0.####} (elsewhere {Elsewhere:0.####})")
        : string.Create(CultureInfo.InvariantCulture, $"{Column} {Value} {100 * Here:0.#} % (elsewhere {100 * Elsewhere:0.#} %)");
}
