using System.Text.Json.Serialization;

namespace Pipeline.Cli;

/// <summary>What a run did, as <c>--json</c> prints it.</summary>
/// <param name="Incidents">Accepted incidents.</param>
/// <param name="Rejected">Refused rows; they are in the rejects file.</param>
/// <param name="Embedded">Texts that were embedded: equal texts are embedded once.</param>
/// <param name="Seconds">Wall-clock seconds of the whole run.</param>
/// <param name="TechCenters">One entry per tech center.</param>
/// <param name="Predictions">Predictions made.</param>
internal sealed record RunResult(int Incidents, int Rejected, long Embedded, double Seconds, IReadOnlyList<RunTechCenter> TechCenters, int Predictions)
{
    /// <summary>Whether a tech center failed.</summary>
    [JsonIgnore]
    public bool Failed => TechCenters.Any(c => c.Failed);
}
