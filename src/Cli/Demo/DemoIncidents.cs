using Pipeline.Incidents;

namespace Pipeline.Cli.Demo;

/// <summary>
/// Invents the incidents of a company with 15 tech centers, so that the whole pipeline can be tried without data of one's own. Each center has its recurring
/// problems, with seasons, trends, late starts and early ends; about one incident in eight belongs to no problem.
/// Nothing in them is real: addresses, telephone and card numbers are from ranges reserved for documentation and tests.
/// </summary>
public static class DemoIncidents
{
    private const double NoiseShare = 0.12;

    /// <summary>
    /// Invents incidents, oldest first, numbered from INC0000001. Texts are the short description and the description. The rows are written while they are
    /// enumerated; enumerating again writes the same ones. Memory: 16 bytes per incident for the plan. Time: O(count log count), a few microseconds each.
    /// </summary>
    /// <param name="count">How many, 0 to 9,999,999.</param>
    /// <param name="seed">The same seed, count and end give the same incidents.</param>
    /// <param name="until">The end of the 24 months that they spread over, exclusive, taken in UTC; the default is the end of June 2026.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is out of its range.</exception>
    public static IEnumerable<Incident> Generate(int count = 20_000, int seed = 42, DateTimeOffset? until = null) =>
        GenerateWithProblems(count, seed, until).Select(row => row.Incident);

    /// <summary>As <see cref="Generate"/>, together with the problem that each incident was made from, null for a one-off.</summary>
    internal static IEnumerable<(Incident Incident, DemoProblem? Problem)> GenerateWithProblems(int count = 20_000, int seed = 42, DateTimeOffset? until = null)
    {
        if (count is < 0 or > 9_999_999)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, "The number of demo incidents must be between 0 and 9,999,999.");
        }

        return Write(count, seed, until?.ToUniversalTime() ?? new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero));
    }

    private static IEnumerable<(Incident Incident, DemoProblem? Problem)> Write(int count, int seed, DateTimeOffset until)
    {
        DemoCatalog catalog = DemoCatalog.Instance;
        var random = new Random(seed);
        List<(DemoTechCenter Center, DemoProblem? Problem, int Share)> sources = Sources(catalog, count);
        (DateTimeOffset Created, int Source)[] plan = Plan(sources, until, random);
        var writer = new DemoWriter(catalog, random);
        for (int i = 0; i < plan.Length; i++)
        {
            (DateTimeOffset created, int source) = plan[i];
            DateTimeOffset updated = created.AddMinutes(random.Next(5, 60 * 72));
            Incident incident = new()
            {
                Number = FormattableString.Invariant($"INC{i + 1:0000000}"),
                CreatedOn = created,
                UpdatedOn = updated < until ? updated : created,
                Texts = writer.Write(sources[source].Problem, created),
                TechCenter = sources[source].Center.Name,
            };
            yield return (DemoHandling.Of(incident, sources[source].Problem, until), sources[source].Problem);
        }
    }

    /// <summary>Every problem, and the one-offs of every center, with the number of incidents that it gets; the shares add up to <paramref name="count"/>.</summary>
    private static List<(DemoTechCenter Center, DemoProblem? Problem, int Share)> Sources(DemoCatalog catalog, int count)
    {
        List<(DemoTechCenter Center, DemoProblem? Problem, int Share)> sources = [];
        double total = catalog.TechCenters.Sum(center => center.Size);
        double passed = 0;
        int given = 0;
        foreach (DemoTechCenter center in catalog.TechCenters)
        {
            double weights = center.Problems.Sum(problem => problem.Weight);
            foreach (DemoProblem? problem in center.Problems.Cast<DemoProblem?>().Append(null))
            {
                // Rounding the running total instead of each share hands out exactly the count.
                passed += center.Size * (problem is null ? NoiseShare : (1 - NoiseShare) * problem.Weight / weights);
                int upTo = (int)Math.Round(count * passed / total, MidpointRounding.AwayFromZero);
                sources.Add((center, problem, upTo - given));
                given = upTo;
            }
        }

        return sources;
    }

    private static (DateTimeOffset Created, int Source)[] Plan(List<(DemoTechCenter Center, DemoProblem? Problem, int Share)> sources, DateTimeOffset until, Random random)
    {
        DateTimeOffset start = until.AddMonths(-24);
        var plan = new List<(DateTimeOffset Created, int Source)>();
        for (int source = 0; source < sources.Count; source++)
        {
            var calendar = new DemoCalendar(sources[source].Problem, start, until);
            for (int i = 0; i < sources[source].Share; i++)
            {
                plan.Add((calendar.Draw(random), source));
            }
        }

        plan.Sort((a, b) => a.Created.CompareTo(b.Created) is var byDate and not 0 ? byDate : a.Source.CompareTo(b.Source));
        return [.. plan];
    }
}
