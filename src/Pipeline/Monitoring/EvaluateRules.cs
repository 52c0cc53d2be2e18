using System.Globalization;
using Pipeline.Alerts;
using Pipeline.Measures;
using Pipeline.Storage;

namespace Pipeline.Monitoring;

/// <summary>Looks at the rules of alert-rules.json that measure something: raises an alert where one holds, and ends its open alert where it does so no more.</summary>
public sealed class EvaluateRules(IMeasures measures, IAlertLog log, RaiseAlert raise, AnswerAlert answer, AlertOptions options, TimeProvider clock)
{
    private const int MostOpen = 500;

    // A clock that sets off a little late must not lose what was noted a window ago.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    /// <summary>Looks at every rule by the measures of its window.</summary>
    /// <returns>What holds now.</returns>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written.</exception>
    public async Task<IReadOnlyList<RuleFinding>> RunAsync(CancellationToken cancellationToken = default)
    {
        if (!options.EvaluateRules)
        {
            return [];
        }

        DateTimeOffset now = clock.GetUtcNow();
        AlertRule[] rules = [.. AlertRules.All.Where(rule => rule.When is not null)];
        DateTimeOffset first = now - rules.Max(rule => rule.When!.Length) - Slack;
        List<Measure> noted = [];
        await foreach (Measure measure in measures.ReadMeasuresAsync(first, now + Slack, cancellationToken: cancellationToken))
        {
            noted.Add(measure);
        }

        RuleFinding[] findings = [.. rules.SelectMany(rule => Find(rule, noted, now))];
        foreach (RuleFinding finding in findings)
        {
            await raise.RunAsync(new AlertEvent(finding.Rule.Name, Describe(finding), finding.TechCenter), cancellationToken);
        }

        HashSet<string> measured = [.. rules.Select(rule => rule.Name)];
        foreach (Alert open in await log.ReadAlertsAsync(MostOpen, openOnly: true, cancellationToken))
        {
            if (open.State == AlertState.Open && measured.Contains(open.Rule) && !findings.Any(f => string.Equals(f.Rule.Name, open.Rule, StringComparison.Ordinal) && string.Equals(f.TechCenter, open.TechCenter, StringComparison.Ordinal)))
            {
                await answer.EndAsync(open.Id, cancellationToken);
            }
        }

        return findings;
    }

    /// <summary>What one rule finds in measures.</summary>
    /// <param name="rule">The rule, which measures something.</param>
    /// <param name="noted">The measures of its window at least, in the order of time.</param>
    /// <param name="now">The end of the window, in UTC.</param>
    internal static IEnumerable<RuleFinding> Find(AlertRule rule, IReadOnlyList<Measure> noted, DateTimeOffset now)
    {
        AlertCondition when = rule.When!;
        Measure[] window = [.. noted.Where(m => m.Time >= now - when.Length - Slack && m.Time <= now)];
        Measure[] of = [.. window.Where(m => string.Equals(m.Name, when.Measure, StringComparison.Ordinal))];
        double whole = when.Of is null ? 0 : window.Where(m => string.Equals(m.Name, when.Of, StringComparison.Ordinal)).Sum(m => m.Value);
        if (when.Of is not null && whole < Math.Max(1, when.AtLeast))
        {
            yield break;
        }

        // Too little of something is only known after a window in which somebody looked.
        bool isSilence = when is { Aggregation: AlertAggregation.Sum, Operator: AlertOperator.Below };
        if (isSilence && !noted.Any(m => m.Time <= now - when.Length + TimeSpan.FromMinutes(5)))
        {
            yield break;
        }

        IEnumerable<(string? TechCenter, Measure[] Values)> groups = when.PerTechCenter ? of.GroupBy(m => m.TechCenter, StringComparer.Ordinal).Select(g => (g.Key, g.ToArray())) : [(null, of)];
        foreach ((string? center, Measure[] values) in groups)
        {
            if (values.Length > 0 || isSilence)
            {
                double value = Value(when.Aggregation, values, whole);
                if (when.Operator == AlertOperator.Above ? value > when.Threshold : value < when.Threshold)
                {
                    yield return new RuleFinding(rule, center, value, [.. values.Select(m => m.TechCenter).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
                }
            }
        }
    }

    private static double Value(AlertAggregation aggregation, Measure[] values, double whole) => aggregation switch
    {
        AlertAggregation.Sum => values.Sum(m => m.Value),
        AlertAggregation.Mean => values.Average(m => m.Value),
        AlertAggregation.Max => values.Max(m => m.Value),
        AlertAggregation.Last => values[^1].Value,
        AlertAggregation.Share => values.Sum(m => m.Value) / whole,
        _ => throw new ArgumentOutOfRangeException(nameof(aggregation), aggregation, "There is no such aggregation."),
    };

    private static string Describe(RuleFinding finding)
    {
        AlertCondition when = finding.Rule.When!;
        string centers = finding.TechCenter is null && finding.TechCenters.Count > 0 ? $" Tech centers: {string.Join(", ", finding.TechCenters)}." : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{finding.Rule.Description} Now: {finding.Value:0.####} ({when.Measure}, {JsonNames(when.Aggregation)} of {when.Window}), told {JsonNames(when.Operator)} {when.Threshold}.{centers}");
    }

    private static string JsonNames<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}

/// <summary>A rule that holds.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="TechCenter">Whose it is; null where the rule does not ask.</param>
/// <param name="Value">What was measured.</param>
/// <param name="TechCenters">The tech centers that the values are of.</param>
public sealed record RuleFinding(AlertRule Rule, string? TechCenter, double Value, IReadOnlyList<string> TechCenters);
