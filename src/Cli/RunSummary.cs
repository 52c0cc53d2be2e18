using System.Globalization;
using Pipeline.Problems;
using Pipeline.Reporting;
using Spectre.Console;

namespace Pipeline.Cli;

/// <summary>The table that a run ends with: per tech center its clusters, noise and biggest problems.</summary>
internal static class RunSummary
{
    private const int ProblemsOfMany = 3;
    private const int ProblemsOfOne = 10;

    public static void Write(IAnsiConsole console, ReportData report)
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumn(new TableColumn("Tech center").NoWrap());
        foreach (string name in new[] { "Incidents", "Clusters", "Noise" })
        {
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        }

        table.AddColumn("Biggest problems");
        table.AddColumn(new TableColumn("Size").RightAligned().NoWrap());
        table.AddColumn(new TableColumn("Trend").NoWrap());
        int problems = report.TechCenters.Count == 1 ? ProblemsOfOne : ProblemsOfMany;
        foreach (ReportTechCenter center in report.TechCenters)
        {
            string noise = center.Incidents == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * center.Unclustered / center.Incidents:0} %");
            ReportCluster[] biggest = [.. center.Clusters.Take(problems)];
            table.AddRow(new Text(center.Name), new Text(Number(center.Incidents)), new Text(Number(center.Clusters.Count)), new Text(noise), First(c => c.Label, center.Note ?? ""), First(c => Number(c.Size)), First(c => Trend(c.Trend)));
            foreach (ReportCluster cluster in biggest.Skip(1))
            {
                table.AddRow(Text.Empty, Text.Empty, Text.Empty, Text.Empty, new Text(cluster.Label), new Text(Number(cluster.Size)), new Text(Trend(cluster.Trend)));
            }

            Text First(Func<ReportCluster, string> text, string otherwise = "") => new(biggest.Length == 0 ? otherwise : text(biggest[0]));
        }

        console.Write(table);
    }

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
