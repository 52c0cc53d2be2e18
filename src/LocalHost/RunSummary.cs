using System.Globalization;
using Pipeline.Reporting;
using Spectre.Console;

namespace Pipeline.LocalHost;

/// <summary>The table that a run ends with: per tech center its clusters, noise and biggest problems.</summary>
internal static class RunSummary
{
    private const int ProblemsOfMany = 3;
    private const int ProblemsOfOne = 10;

    public static void Write(IAnsiConsole console, ReportData report)
    {
        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("Tech center");
        table.AddColumn(new TableColumn("Incidents").RightAligned());
        table.AddColumn(new TableColumn("Clusters").RightAligned());
        table.AddColumn(new TableColumn("Noise").RightAligned());
        table.AddColumn("Biggest problems");
        table.AddColumn(new TableColumn("Size").RightAligned());
        table.AddColumn("Trend");
        int problems = report.TechCenters.Count == 1 ? ProblemsOfOne : ProblemsOfMany;
        foreach (ReportTechCenter center in report.TechCenters)
        {
            ReportCluster[] biggest = [.. center.Clusters.Take(problems)];
            table.AddRow(
                Markup.Escape(center.Name),
                Number(center.Incidents),
                Number(center.Clusters.Count),
                center.Incidents == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * center.Unclustered / center.Incidents:0} %"),
                Markup.Escape(biggest.Length == 0 ? center.Note ?? "" : Lines(biggest, c => c.Label)),
                Lines(biggest, c => Number(c.Size)),
                Lines(biggest, c => Trend(c.Trend)));
        }

        console.Write(table);
    }

    private static string Lines(ReportCluster[] clusters, Func<ReportCluster, string> text) => string.Join('\n', clusters.Select(text));

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Trend(ClusterTrend trend) => trend switch
    {
        ClusterTrend.New => "+ new",
        ClusterTrend.Rising => "↗ rising",
        ClusterTrend.Steady => "→ steady",
        ClusterTrend.Falling => "↘ falling",
        ClusterTrend.Gone => "x gone",
        _ => "",
    };
}
