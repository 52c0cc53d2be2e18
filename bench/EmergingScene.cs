using Pipeline.Cli.Demo;
using Pipeline.Incidents;

namespace Pipeline.Bench;

/// <summary>A company whose training lacks a problem, which begins among the incidents after it.</summary>
/// <param name="Problem">The hidden problem.</param>
/// <param name="Training">The incidents of the training, oldest first.</param>
/// <param name="After">Those after it, oldest first, the hidden problem's among them.</param>
/// <param name="HiddenTimes">The times of the hidden problem's, in order.</param>
/// <param name="Truth">The name of the problem of each incident, by number; null for a one-off.</param>
/// <param name="Trained">The problems of which there are incidents in the training.</param>
internal sealed record EmergingScene(
    string Problem, IReadOnlyList<Incident> Training, IReadOnlyList<Incident> After, DateTimeOffset[] HiddenTimes, IReadOnlyDictionary<string, string?> Truth, HashSet<string> Trained)
{
    public static EmergingScene Make(int seed, int ordinary, int training, int hidden, int among, DateTimeOffset trainedUntil, DateTimeOffset end)
    {
        Random random = new(seed);
        (Incident Incident, DemoProblem? Problem)[] all = [.. DemoIncidents.GenerateWithProblems(5 * ordinary, seed, end)];
        DemoProblem[] candidates = [.. all.Where(r => r.Problem is not null).GroupBy(r => r.Problem!).Where(p => p.Count() >= hidden).Select(p => p.Key)];
        DemoProblem problem = candidates[random.Next(candidates.Length)];
        (Incident Incident, DemoProblem? Problem)[] others = [.. all.Where(r => r.Problem != problem)];
        var before = Sample(others.Where(r => r.Incident.CreatedOn < trainedUntil), training, random);
        var after = Sample(others.Where(r => r.Incident.CreatedOn >= trainedUntil), ordinary, random);

        // As long as so many ordinary ones take, beginning somewhere in the first half.
        TimeSpan whole = end - trainedUntil, length = whole * among / ordinary;
        DateTimeOffset begin = trainedUntil + ((whole - length) * random.NextDouble() / 2);
        Incident[] shown =
        [
            .. all.Where(r => r.Problem == problem).OrderBy(_ => random.Next()).Take(hidden)
                .Select(r => r.Incident with { CreatedOn = begin + (length * random.NextDouble()), UpdatedOn = null }).OrderBy(i => i.CreatedOn),
        ];
        Dictionary<string, string?> truth = all.ToDictionary(r => r.Incident.Number, r => NameOf(r.Problem), StringComparer.Ordinal);
        return new EmergingScene(
            NameOf(problem)!,
            [.. before.Select(r => r.Incident)],
            [.. after.Select(r => r.Incident).Concat(shown).OrderBy(i => i.CreatedOn).ThenBy(i => i.Number, StringComparer.Ordinal)],
            [.. shown.Select(i => i.CreatedOn!.Value)],
            truth,
            [.. before.Select(r => NameOf(r.Problem)).OfType<string>()]);
    }

    /// <summary>
    /// Labelled texts in a random order, an hour of a year apart: the label is left out of the first half, which is the training, and comes up after a fifth of the second.
    /// </summary>
    public static EmergingScene Make(IReadOnlyList<(string Text, string Label)> rows, string hidden, int seed, DateTimeOffset end)
    {
        Random random = new(seed);
        (string Text, string Label)[] others = [.. rows.Where(r => !string.Equals(r.Label, hidden, StringComparison.Ordinal))], own = [.. rows.Where(r => string.Equals(r.Label, hidden, StringComparison.Ordinal))];
        random.Shuffle(others);
        random.Shuffle(own);
        int half = others.Length / 2;
        TimeSpan whole = TimeSpan.FromDays(180);
        DateTimeOffset trainedUntil = end - whole;
        int number = 0;
        Incident Of((string Text, string Label) row, DateTimeOffset time) => new() { Number = FormattableString.Invariant($"T{++number:000000}-{row.Label}"), CreatedOn = time, Texts = [row.Text], TechCenter = "Desk" };
        Incident[] before = [.. others.Take(half).Select(r => Of(r, trainedUntil - (whole * random.NextDouble())))];
        Incident[] after = [.. others.Skip(half).Select(r => Of(r, trainedUntil + (whole * random.NextDouble())))];
        Incident[] shown = [.. own.Select(r => Of(r, trainedUntil + (whole * (0.2 + (0.2 * random.NextDouble()))))).OrderBy(i => i.CreatedOn)];
        return new EmergingScene(
            hidden,
            before,
            [.. after.Concat(shown).OrderBy(i => i.CreatedOn).ThenBy(i => i.Number, StringComparer.Ordinal)],
            [.. shown.Select(i => i.CreatedOn!.Value)],
            before.Concat(after).Concat(shown).ToDictionary(i => i.Number, i => (string?)i.Number[8..], StringComparer.Ordinal),
            [.. others.Take(half).Select(r => r.Label)]);
    }

    /// <summary>
    /// The same company without its hidden problem, the dates dealt out anew among the incidents of each tech center: its weeks and days are as they were, and nothing begins or bursts but by chance.
    /// </summary>
    public EmergingScene Even(int seed, DateTimeOffset trainedUntil)
    {
        Random random = new(seed);
        List<Incident> even = [];
        foreach (IGrouping<string, Incident> center in Training.Concat(After).Where(i => !string.Equals(Truth[i.Number], Problem, StringComparison.Ordinal)).GroupBy(i => i.TechCenter!, StringComparer.Ordinal))
        {
            DateTimeOffset?[] dates = [.. center.Select(i => i.CreatedOn)];
            random.Shuffle(dates);
            even.AddRange(center.Zip(dates, (incident, date) => incident with { CreatedOn = date, UpdatedOn = null }));
        }

        Incident[] ordered = [.. even.OrderBy(i => i.CreatedOn).ThenBy(i => i.Number, StringComparer.Ordinal)];
        Incident[] before = [.. ordered.Where(i => i.CreatedOn < trainedUntil)];
        return this with { Training = before, After = ordered[before.Length..], HiddenTimes = [], Trained = [.. before.Select(i => Truth[i.Number]).OfType<string>()] };
    }

    private static string? NameOf(DemoProblem? problem) => problem?.Titles[0];

    private static (Incident Incident, DemoProblem? Problem)[] Sample(IEnumerable<(Incident Incident, DemoProblem? Problem)> rows, int most, Random random)
    {
        (Incident Incident, DemoProblem? Problem)[] all = [.. rows];
        random.Shuffle(all);
        return [.. all.Take(most).OrderBy(r => r.Incident.CreatedOn).ThenBy(r => r.Incident.Number, StringComparer.Ordinal)];
    }
}
