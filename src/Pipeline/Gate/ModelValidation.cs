using System.Text.Json.Serialization;

namespace Pipeline.Gate;

/// <summary>The content of <c>validation.json</c>: what the gate found of a version.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Version">The version.</param>
/// <param name="Against">The version in production that it was compared with; null where there was none.</param>
/// <param name="At">When, in UTC.</param>
/// <param name="Seconds">Wall-clock seconds of all tests.</param>
/// <param name="Tests">Every test, in the order in which it was made.</param>
public sealed record ModelValidation(string TechCenter, string Version, string? Against, DateTimeOffset At, double Seconds, IReadOnlyList<GateTest> Tests)
{
    /// <summary>Whether every test was passed.</summary>
    public bool Passed => Tests.All(t => t.Passed);

    /// <summary>The tests that were not.</summary>
    [JsonIgnore]
    public IEnumerable<GateTest> Failed => Tests.Where(t => !t.Passed);

    /// <summary>The names of the failed tests with their reasons, as one line.</summary>
    [JsonIgnore]
    public string Reasons => string.Join(' ', Failed.Select(t => $"{t.Name}: {string.Join(' ', t.Errors)}"));
}

/// <summary>One test of the gate.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Metrics">What was measured, with the limits.</param>
/// <param name="Errors">Why it was not passed; empty where it was.</param>
/// <param name="Warnings">What a person should know all the same.</param>
public sealed record GateTest(string Name, IReadOnlyDictionary<string, double> Metrics, IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings)
{
    /// <summary>Whether it was passed.</summary>
    public bool Passed => Errors.Count == 0;
}

/// <summary>Gathers what a test finds.</summary>
/// <param name="name">The test's name.</param>
internal sealed class GateFindings(string name)
{
    private readonly Dictionary<string, double> _metrics = new(StringComparer.Ordinal);
    private readonly List<string> _errors = [];
    private readonly List<string> _warnings = [];

    public GateFindings Metric(string key, double value)
    {
        _metrics[key] = Math.Round(value, 4);
        return this;
    }

    public GateFindings FailIf(bool failed, string error)
    {
        if (failed)
        {
            _errors.Add(error);
        }

        return this;
    }

    public GateFindings WarnIf(bool warns, string warning)
    {
        if (warns)
        {
            _warnings.Add(warning);
        }

        return this;
    }

    public GateTest Done() => new(name, _metrics, _errors, _warnings);
}
