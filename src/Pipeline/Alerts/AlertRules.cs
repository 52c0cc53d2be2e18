using System.Text.Json;
using System.Text.Json.Serialization;
using System.Xml;

namespace Pipeline.Alerts;

/// <summary>
/// The rules of alert-rules.json, the one source of every alert: the rules here are made of it when the program starts, Azure's by the templates, and Prometheus' are held to it by a test.
/// </summary>
public static class AlertRules
{
    /// <summary>A model version was refused by its tests.</summary>
    public const string GateRefused = "gate-refused";

    /// <summary>A version that was being rolled out was taken back.</summary>
    public const string RolloutReverted = "rollout-reverted";

    /// <summary>A tech center has no model version that can be used, or the newest one is damaged.</summary>
    public const string ModelUnusable = "model-unusable";

    /// <summary>A problem grows that was not there before, or not like this.</summary>
    public const string EmergingProblem = "emerging-problem";

    /// <summary>A backup failed.</summary>
    public const string BackupFailed = "backup-failed";

    /// <summary>New incidents differ from those that the model was trained on.</summary>
    public const string Drift = "drift";

    /// <summary>New incidents differ so much that the model should be trained again.</summary>
    public const string DriftHigh = "drift-high";

    /// <summary>A key has been in use for long.</summary>
    public const string KeyAging = "key-aging";

    /// <summary>A key has been in use for too long.</summary>
    public const string KeyOverdue = "key-overdue";

    /// <summary>The certificate of the host expires soon, or has expired.</summary>
    public const string CertificateExpiring = "certificate-expiring";

    /// <summary>The audit is not as it was written.</summary>
    public const string AuditDamaged = "audit-damaged";

    /// <summary>A channel takes no messages.</summary>
    public const string ChannelFailed = "channel-failed";

    /// <summary>The pipeline or its storage does not answer.</summary>
    public const string ServiceDown = "service-down";

    /// <summary>A message to try the channels.</summary>
    public const string Test = "test";

    private const string Resource = "Pipeline.alert-rules.json";

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>All rules, in the order of the file.</summary>
    public static IReadOnlyList<AlertRule> All { get; } = Load();

    /// <summary>A rule.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static AlertRule Find(string name) =>
        All.FirstOrDefault(rule => string.Equals(rule.Name, name, StringComparison.Ordinal)) ?? throw new ArgumentException($"There is no alert rule '{name}' in alert-rules.json. Known: {string.Join(", ", All.Select(rule => rule.Name))}.", nameof(name));

    private static IReadOnlyList<AlertRule> Load()
    {
        using Stream stream = typeof(AlertRules).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"The resource {Resource} is missing.");
        return JsonSerializer.Deserialize<RuleFile>(stream, Format)!.Rules;
    }

    private sealed record RuleFile(IReadOnlyList<AlertRule> Rules);
}

/// <summary>One rule: when somebody has to be told, and how it is found out here and in Azure.</summary>
/// <param name="Name">Its name, in lower case with hyphens: a section of the runbook.</param>
/// <param name="Title">What it is, in a few words.</param>
/// <param name="Description">What it means, in a sentence.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="When">What is measured here; null for a rule that an event sets off (<see cref="RaiseAlert"/>).</param>
/// <param name="Azure">How Azure Monitor finds it out.</param>
public sealed record AlertRule(string Name, string Title, string Description, AlertSeverity Severity, AlertCondition? When, AzureAlert Azure);

/// <summary>A condition on the measures of a window.</summary>
/// <param name="Measure">The measure's name.</param>
/// <param name="Aggregation">What is made of its values in the window.</param>
/// <param name="Operator">How that is compared with the threshold.</param>
/// <param name="Threshold">The threshold, in the measure's unit.</param>
/// <param name="Window">The window as an ISO 8601 duration, such as <c>PT1H</c>.</param>
/// <param name="Of">For <see cref="AlertAggregation.Share"/>: the measure that is the whole. Otherwise null.</param>
/// <param name="AtLeast">The fewest of <paramref name="Of"/> in the window that say anything; 0 for any.</param>
/// <param name="PerTechCenter">Whether it is looked at for each tech center on its own.</param>
public sealed record AlertCondition(string Measure, AlertAggregation Aggregation, AlertOperator Operator, double Threshold, string Window, string? Of = null, int AtLeast = 0, bool PerTechCenter = false)
{
    /// <summary>The window's length.</summary>
    [JsonIgnore]
    public TimeSpan Length => XmlConvert.ToTimeSpan(Window);
}

/// <summary>How a rule stands in Azure Monitor: a query of infra/kql over a window.</summary>
/// <param name="Query">The name of the query's file without its ending; <c>{rule}</c> in it is the rule's name.</param>
/// <param name="Measure">The column that is measured; empty to count rows.</param>
/// <param name="Aggregation">Count, Maximum or Total.</param>
/// <param name="Operator">GreaterThan or LessThan.</param>
/// <param name="Threshold">The threshold in the column's unit, a whole number as Azure wants it.</param>
/// <param name="Window">The window as an ISO 8601 duration.</param>
/// <param name="Frequency">How often it is looked at, as an ISO 8601 duration.</param>
/// <param name="Dimension">The column to split by; empty for none.</param>
public sealed record AzureAlert(string Query, string Measure, string Aggregation, string Operator, int Threshold, string Window, string Frequency, string Dimension);

/// <summary>What is made of the values in a window.</summary>
public enum AlertAggregation
{
    /// <summary>Their sum; 0 where there are none.</summary>
    Sum,

    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The largest.</summary>
    Max,

    /// <summary>The newest.</summary>
    Last,

    /// <summary>Their sum over that of another measure.</summary>
    Share,
}

/// <summary>How a value is compared.</summary>
public enum AlertOperator
{
    /// <summary>Greater than the threshold.</summary>
    Above,

    /// <summary>Less than the threshold.</summary>
    Below,
}
