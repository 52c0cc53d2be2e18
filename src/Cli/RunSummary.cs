using Pipeline.Problems;
using Pipeline.Reporting;
using Spectre.Console;

namespace Pipeline.Cli;

/// <summary>The table that a run ends with: per tech center its clusters, what is in none, and the biggest problems.</summary>
internal static class RunSummary
{
    private const int ProblemsOfMany = 3;
    private const int ProblemsOfOne = 10;

    public static void Write(IAnsiConsole console, ReportData report)
    {
        ConsoleTable table = new("Tech center", "#Incidents", "?#Clusters", "#Unclustered", "Biggest problems", "#Size", "?Trend");
        int problems = report.TechCenters.Count == 1 ? ProblemsOfOne : ProblemsOfMany;
        IReadOnlyList<ReportTechCenter> shown = ConsoleTable.Shown(report.TechCenters, c => c.Clusters.Count == 0 && c.Note is not null, c => c.Incidents);
        foreach (ReportTechCenter center in shown)
        {
            string[] facts = [ConsoleText.TechCenter(center.Name), ConsoleText.Number(center.Incidents), ConsoleText.Number(center.Clusters.Count), ConsoleText.Share(center.Unclustered, center.Incidents)];
            if (center.Clusters.Count == 0)
            {
                table.Add([.. facts, center.Note ?? "", "", ""]);
            }

            foreach (ReportCluster cluster in center.Clusters.Take(problems))
            {
                table.Add([.. facts, cluster.Label, ConsoleText.Number(cluster.Size), Trend(cluster.Trend)]);
                facts = ["", "", "", ""];
            }
        }

        table.Write(console, report.TechCenters.Count - shown.Count);
    }

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
