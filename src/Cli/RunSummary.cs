using Pipeline.Problems;
using Pipeline.Reporting;
using Spectre.Console;

namespace Pipeline.Cli;

/// <summary>The table that a run ends with: per tech center how many problems it has, what is in none, and the biggest ones.</summary>
internal static class RunSummary
{
    private const int ProblemsOfMany = 3;
    private const int ProblemsOfOne = 10;

    public static void Write(IAnsiConsole console, ReportData report)
    {
        ConsoleTable table = new("Tech center", "#Incidents", "?#Problems", "#Unclustered", "Biggest problems", "#Size", "?Trend");
        int problems = report.TechCenters.Count == 1 ? ProblemsOfOne : ProblemsOfMany;
        IReadOnlyList<ReportTechCenter> shown = ConsoleTable.Shown(report.TechCenters, c => c.Problems.Count == 0 && c.Note is not null, c => c.Incidents);
        foreach (ReportTechCenter center in shown)
        {
            string[] facts = [ConsoleText.TechCenter(center.Name), ConsoleText.Number(center.Incidents), ConsoleText.Number(center.Problems.Count), ConsoleText.Share(center.Unclustered, center.Incidents)];
            if (center.Problems.Count == 0)
            {
                table.Add([.. facts, center.Note ?? "", "", ""]);
            }

            foreach (ReportProblem problem in center.Problems.Take(problems))
            {
                table.Add([.. facts, problem.Label, ConsoleText.Number(problem.Size), Trend(problem.Trend)]);
                facts = ["", "", "", ""];
            }
        }

        table.Write(console, report.TechCenters.Count - shown.Count);
    }

    /// <summary>A trend as tables show it.</summary>
    public static string Trend(ClusterTrend trend) => trend switch
    {
        ClusterTrend.New => "+ new",
        ClusterTrend.Rising => "↗ rising",
        ClusterTrend.Steady => "→ steady",
        ClusterTrend.Falling => "↘ falling",
        ClusterTrend.Gone => "x gone",
        _ => "",
    };
}
