using System.CommandLine;
using System.Globalization;
using Pipeline.Classification;
using Pipeline.Incidents;
using Pipeline.LocalHost;
using Pipeline.Problems;
using Pipeline.Training;

namespace Pipeline.Bench;

/// <summary><c>problems FOLDER</c>: the whole pipeline on labelled sets, its problems counted by what the predictions say, and the names of the biggest.</summary>
internal static class ProblemsCommand
{
    private const int PageSize = 200;

    public static Command Create()
    {
        Argument<DirectoryInfo> folder = new("FOLDER") { Description = "The folder with banking77_train.csv, corefx_issues.csv and support_tickets.csv." };
        Option<int> seeds = new("--seeds") { Description = "Seeds, from 1 on.", DefaultValueFactory = _ => 1 };
        Option<string[]> sets = new("--sets") { Description = "The sets to measure. Default: the demo and all files that are there.", AllowMultipleArgumentsPerToken = true };
        Option<int> names = new("--names") { Description = "How many names of each set to print, those of the biggest problems of the last seed.", DefaultValueFactory = _ => 30 };
        Command command = new("problems", "Problems by the predictions: their number, noise, agreement with the true groups, and the names of the biggest.") { folder, seeds, sets, names };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string path = parsed.GetRequiredValue(folder).FullName;
            string[] asked = parsed.GetValue(sets) is { Length: > 0 } some ? some : [.. EmbedderSet.Files.Where(name => File.Exists(Path.Combine(path, name + ".csv"))), "demo"];
            foreach (string name in asked)
            {
                EmbedderSet set = EmbedderSet.Read(name, path);
                List<QualityScore> scores = [];
                List<DomainShares> shares = [];
                IReadOnlyList<ProblemSummary> biggest = [];
                for (int seed = 1; seed <= parsed.GetValue(seeds); seed++)
                {
                    (QualityScore score, DomainShares share, biggest) = await MeasureAsync(set, seed, cancellationToken);
                    scores.Add(score);
                    shares.Add(share);
                }

                Console.WriteLine(QualityScore.Header);
                Console.WriteLine(QualityScore.Line($"{name}, problems", scores));
                Console.WriteLine();
                Console.WriteLine(DomainShares.Line(shares));
                Console.WriteLine();
                foreach (ProblemSummary problem in biggest.Take(parsed.GetValue(names)))
                {
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{problem.Size,6}  {problem.Label} ({problem.DomainName}, {problem.Variants} variants)"));
                }

                Console.WriteLine();
            }
        });
        return command;
    }

    private static async Task<(QualityScore Score, DomainShares Shares, IReadOnlyList<ProblemSummary> Biggest)> MeasureAsync(EmbedderSet set, int seed, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("pipeline-problems-").FullName;
        try
        {
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(folder, PipelineSettings.Load().With(seed: seed), cancellationToken);
            foreach ((int part, IReadOnlyList<(string Text, string? Truth)> rows) in set.Parts.Index())
            {
                await pipeline.Incidents.UpsertIncidentsAsync(
                    [.. rows.Select((row, i) => new Incident { Number = Number(part, i), Texts = [row.Text], TechCenter = Center(part) })], cancellationToken);
            }

            await pipeline.Preprocess.RunAsync(cancellationToken: cancellationToken);
            await pipeline.Train.RunAsync(await pipeline.Planner.PlanAsync(new TrainingRequest(), cancellationToken), cancellationToken: cancellationToken);
            await pipeline.Predict.RunAsync(cancellationToken: cancellationToken);
            BrowseProblems browse = pipeline.Problems;
            Dictionary<string, int> problems = new(StringComparer.Ordinal);
            await foreach (PredictedIncident row in pipeline.Predictions.ReadPredictedAsync(cancellationToken: cancellationToken))
            {
                problems.Add(row.Prediction.IncidentId, row.Prediction.ProblemId);
            }

            List<ProblemSummary> all = [];
            ProblemPage page;
            do
            {
                page = await browse.ListAsync(new ClusterQuery(Page: (all.Count / PageSize) + 1, PageSize: PageSize), cancellationToken);
                all.AddRange(page.Problems);
            }
            while (page.Problems.Count == PageSize);
            Dictionary<(string, int), string> names = all.ToDictionary(p => (p.TechCenter, p.Id), p => p.DomainId < 0 ? "" : p.DomainName);
            return (Score(set, problems), DomainShares.Of(set.Parts.SelectMany((rows, part) => rows.Select((row, i) => (row.Text, names.GetValueOrDefault((Center(part), problems.GetValueOrDefault(Number(part, i), IncidentPrediction.Unclustered)))))), [.. names.Values]), all);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static QualityScore Score(EmbedderSet set, Dictionary<string, int> problems)
    {
        List<QualityPart> parts = [];
        List<int[]> found = [];
        foreach ((int part, IReadOnlyList<(string Text, string? Truth)> rows) in set.Parts.Index())
        {
            Dictionary<string, int> groups = new(StringComparer.Ordinal);
            parts.Add(new QualityPart([], 0, [.. rows.Select(r => r.Text)], [.. rows.Select(r => r.Truth is null ? -1 : groups.TryGetValue(r.Truth, out int group) ? group : groups[r.Truth] = groups.Count)]));
            found.Add([.. rows.Select((_, i) => problems.GetValueOrDefault(Number(part, i), IncidentPrediction.Unclustered))]);
        }

        return QualityScore.Of(new QualitySet(set.Name, parts), found);
    }

    private static string Number(int part, int row) => string.Create(CultureInfo.InvariantCulture, $"{part:00}-{row:00000}");

    private static string Center(int part) => string.Create(CultureInfo.InvariantCulture, $"center {part + 1}");
}

/// <summary>How much of what is found is in a domain, and how much of that has a word of the domain's name.</summary>
/// <param name="Problems">The share of the problems that are in a domain, 0 to 1.</param>
/// <param name="Incidents">The share of the incidents with a problem whose problem is in a domain.</param>
/// <param name="Sharing">The share of these that have a word of the domain's name in their text.</param>
/// <param name="Domains">The number of domains' names.</param>
internal sealed record DomainShares(double Problems, double Incidents, double Sharing, int Domains)
{
    /// <summary>Counts them.</summary>
    /// <param name="incidents">The text of each incident and the name of its problem's domain; empty where that is in none, null where it has no problem.</param>
    /// <param name="problems">The name of each problem's domain; empty for none.</param>
    public static DomainShares Of(IEnumerable<(string Text, string? Domain)> incidents, string[] problems)
    {
        (string Text, string Domain)[] known = [.. incidents.Where(i => i.Domain is not null).Select(i => (i.Text, i.Domain!))];
        (string Text, string Domain)[] inDomain = [.. known.Where(i => i.Domain.Length > 0)];
        return new DomainShares(
            problems.Count(p => p.Length > 0) / (double)problems.Length,
            inDomain.Length / (double)known.Length,
            inDomain.Count(i => i.Domain.Split(' ').Any(word => i.Text.Contains(word, StringComparison.OrdinalIgnoreCase))) / (double)Math.Max(1, inDomain.Length),
            problems.Where(p => p.Length > 0).Distinct(StringComparer.Ordinal).Count());
    }

    /// <summary>The means over runs, for people.</summary>
    public static string Line(IReadOnlyList<DomainShares> runs) => string.Create(
        CultureInfo.InvariantCulture,
        $"in a domain: {runs.Average(r => r.Problems):P1} of the problems, {runs.Average(r => r.Incidents):P1} of their incidents; {runs.Average(r => r.Sharing):P1} of these have a word of its name; {runs.Average(r => r.Domains):0.#} names of domains");
}
