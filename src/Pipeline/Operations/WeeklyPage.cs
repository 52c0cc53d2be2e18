using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Pipeline.Operations;

/// <summary>Writes the weekly report as one HTML page without scripts, which loads nothing.</summary>
public static class WeeklyPage
{
    private const string Style = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1f24}table{border-collapse:collapse;width:100%;margin-bottom:2rem}"
        + "th,td{border-bottom:1px solid #d0d7de;padding:.35rem .6rem;text-align:left}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}h2{margin-top:2rem}";

    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>The page. Any text in the report is safe, whatever it contains.</summary>
    public static string Of(WeeklyReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        StringBuilder page = new();
        page.Append(CultureInfo.InvariantCulture, $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>The week until {report.Until:yyyy-MM-dd}</title><style>{Style}</style></head><body>\n");
        page.Append(CultureInfo.InvariantCulture, $"<h1>The week until {report.Until:yyyy-MM-dd HH:mm} UTC</h1>\n");
        Problems(page, "New problems", report.New);
        Problems(page, "Rising problems", report.Rising);
        Problems(page, "Problems that went away", report.Gone);
        Table(page, "Quality and drift", ["Tech center", "#Incidents", "#Read", "#Predicted", "#Failed", "#Noise", "#Confidence", "#Silhouette", "#Hours to prediction", "#Drift", "Advice"],
            report.TechCenters.Select(c => new[]
            {
                c.TechCenter, Number(c.Incidents), Number(c.Read), Number(c.Predicted), Number(c.Failed), Share(c.NoiseShare), Share(c.Confidence), Decimal(c.Silhouette), Decimal(c.LagSeconds / 3600), Decimal(c.Drift),
                c.RetrainingRecommended ? "train again" : "",
            }));
        Table(page, "Alerts", ["Rule", "Severity", "#Raised", "#Open"], report.Alerts.Select(a => new[] { a.Rule, a.Severity.ToString().ToLowerInvariant(), Number(a.Raised), Number(a.Open) }));
        CapacityUse use = report.Capacity.Use;
        Table(page, "Capacity", ["", "#"],
        [
            ["Processors, memory, disk in use", $"{Share(use.Cpu)}, {Share(use.Memory)}, {Share(use.Disk)}"],
            ["Incidents; read within the week; waiting", $"{Number(use.Incidents)}; {Number(use.IncidentsPerWeek)}; {Number(use.WaitingIncidents)}"],
            ["Bytes of models", Number(use.ModelBytes)],
            ["Replicas that this needs", Number(report.Capacity.Replicas)],
            ["Incidents of a batch", Number(report.Capacity.BatchSize)],
            ["Next limits", report.Capacity.Limits.Count == 0 ? "none" : string.Join("; ", report.Capacity.Limits)],
        ]);
        CostEstimate cost = report.Cost;
        Table(page, $"Cost in {cost.Currency}", ["", "#"],
        [
            ["Embedding", $"{Decimal(cost.Embedding)} ({Number((long)cost.Tokens)} tokens)"],
            ["Models", Decimal(cost.Storage)],
            ["Memory", $"{Decimal(cost.Compute)} ({Number((long)cost.GigabyteSeconds)} GB s)"],
            ["The week; a month like it", $"{Decimal(cost.Week)}; {Decimal(cost.Month)}"],
            ["Of the budget", Share(cost.OfBudget)],
        ]);
        return page.Append("</body></html>\n").ToString();
    }

    private static void Problems(StringBuilder page, string title, IReadOnlyList<WeeklyProblem> problems) => Table(page, title, ["Tech center", "Problem", "#Incidents", "First", "Last"],
        problems.Select(p => new[] { p.TechCenter, p.Label, Number(p.Size), Date(p.FirstSeen), Date(p.LastSeen) }));

    private static void Table(StringBuilder page, string title, string[] columns, IEnumerable<string[]> rows)
    {
        string[][] all = [.. rows];
        page.Append(CultureInfo.InvariantCulture, $"<h2>{Html.Encode(title)}</h2>\n");
        if (all.Length == 0)
        {
            page.Append("<p>None.</p>\n");
            return;
        }

        page.Append("<table><tr>");
        foreach (string column in columns)
        {
            page.Append(CultureInfo.InvariantCulture, $"<th{(column.StartsWith('#') ? " class=\"n\"" : "")}>{Html.Encode(column.TrimStart('#'))}</th>");
        }

        page.Append("</tr>\n");
        foreach (string[] row in all)
        {
            page.Append("<tr>").AppendJoin("", row.Select((cell, c) => $"<td{(columns[c].StartsWith('#') ? " class=\"n\"" : "")}>{Html.Encode(cell)}</td>")).Append("</tr>\n");
        }

        page.Append("</table>\n");
    }

    private static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Share(double? value) => value is double share ? (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %" : "";

    private static string Decimal(double? value) => value?.ToString("0.00", CultureInfo.InvariantCulture) ?? "";

    private static string Date(DateTimeOffset? date) => date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";
}
