using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Pipeline.Telemetry;

namespace Pipeline.Training;

/// <summary>A training request with its quarter settled and its names checked.</summary>
/// <param name="Year">The calendar year of the window's end.</param>
/// <param name="Quarter">The quarter of the window's end, 1 to 4.</param>
/// <param name="TechCenters">The tech centers asked for, distinct and in ordinal order; null for all that there are when the training starts.</param>
/// <param name="TraceParent">What asked for the training, as a W3C <c>traceparent</c>; null where it is not known.</param>
public sealed record TrainingPlan(int Year, int Quarter, IReadOnlyList<string>? TechCenters, string? TraceParent = null) : ITraced
{
    /// <summary>
    /// A name that equal plans share, such as <c>train-2026-q2</c>: two of them are one training. Explicit tech centers add the start of their names' SHA-256.
    /// </summary>
    [JsonIgnore]
    public string Name
    {
        get
        {
            string quarter = string.Create(CultureInfo.InvariantCulture, $"train-{Year}-q{Quarter}");
            return TechCenters is null
                ? quarter
                : $"{quarter}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', TechCenters))))[..8]}";
        }
    }
}
