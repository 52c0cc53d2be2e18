using Pipeline.Models;

namespace Pipeline.Problems;

/// <summary>The map of one tech center while its incidents are put on it.</summary>
internal sealed class MapDrawing(MapVersion version, KnownTexts texts)
{
    private const int DaysPerWeek = 7;

    private readonly MapPlaces _places = new(texts);
    private readonly IReadOnlyDictionary<int, ModelProblem> _problems = version.Known.Clusters.ProblemsByCluster();
    private readonly Dictionary<int, ModelProblem> _byId = version.Known.Clusters.Problems.ToDictionary(p => p.Id);
    private readonly string _name = $"{version.Known.Manifest.Folder}/{version.Known.Manifest.Version}";
    private readonly List<Point> _points = [];
    private IReadOnlyList<Point> _shown = [];
    private IReadOnlyList<MappedProblem> _mapped = [];
    private Frame _frame = new(0, 0, 1, 1, 1);
    private int _incidents;
    private int _placed;

    /// <summary>Puts an incident on the map, where it has a place on it. What the version itself did not answer is what it was trained to be.</summary>
    public void Add(AnsweredIncident incident)
    {
        _incidents++;
        if (!_places.TryTake(incident.ContentHash, out (float X, float Y) place))
        {
            return;
        }

        int problem = string.Equals(incident.ModelVersion, _name, StringComparison.Ordinal) ? incident.ProblemId
            : texts.Find(incident.ContentHash) is { ClusterId: int cluster } && _problems.TryGetValue(cluster, out ModelProblem? trained) ? trained.Id
            : ClusterAssignment.Unclustered;
        _points.Add(new Point(incident.Number, place.X, place.Y, _byId.ContainsKey(problem) ? problem : ClusterAssignment.Unclustered, incident.Priority, WeekOf(incident.CreatedOn)));
    }

    /// <summary>Fits the map into its frame, finds where names go, and leaves out points above <paramref name="most"/>.</summary>
    public void Finish(int most)
    {
        _placed = _points.Count;
        _frame = Frame.Around(_points);
        _mapped =
        [
            .. _points.Where(p => p.Problem != ClusterAssignment.Unclustered).GroupBy(p => p.Problem)
                .OrderByDescending(g => g.Count()).ThenBy(g => g.Key)
                .Select(g => Mapped(_byId[g.Key], [.. g])),
        ];
        _shown = [.. MapPlaces.Thin(_points, most)];
        _points.Clear();
    }

    /// <summary>Makes one answer of finished maps.</summary>
    public static IncidentMap Join(IReadOnlyList<MapDrawing> drawings)
    {
        string[] priorities = [.. drawings.SelectMany(d => d._shown).Select(p => p.Priority).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Dictionary<string, int> places = priorities.Index().ToDictionary(p => p.Item, p => p.Index, StringComparer.Ordinal);
        int[] weeks = [.. drawings.SelectMany(d => d._shown).Select(p => p.Week).OfType<int>()];
        int first = weeks.DefaultIfEmpty(0).Min();
        return new IncidentMap(
            priorities,
            weeks.Length == 0 ? null : DateOnly.FromDayNumber(first * DaysPerWeek),
            weeks.Length == 0 ? 0 : weeks.Max() - first + 1,
            [.. drawings.Select(d => d.Drawn(places, first))]);
    }

    // Day 0 is a Monday.
    private static int? WeekOf(DateTimeOffset? created) => created is DateTimeOffset date ? DateOnly.FromDateTime(date.UtcDateTime).DayNumber / DaysPerWeek : null;

    private CenterMap Drawn(Dictionary<string, int> priorities, int firstWeek)
    {
        Dictionary<int, int> problems = _mapped.Index().ToDictionary(p => p.Item.Id, p => p.Index);
        return new CenterMap
        {
            TechCenter = version.TechCenter,
            Version = version.Known.Manifest.Version,
            Versions = version.History.Versions,
            Incidents = _incidents,
            Placed = _placed,
            Width = _frame.Width,
            Height = _frame.Height,
            Problems = _mapped,
            Numbers = [.. _shown.Select(p => p.Number)],
            X = [.. _shown.Select(_frame.X)],
            Y = [.. _shown.Select(_frame.Y)],
            Problem = [.. _shown.Select(p => problems.GetValueOrDefault(p.Problem, -1))],
            Priority = [.. _shown.Select(p => p.Priority is null ? -1 : priorities[p.Priority])],
            Week = [.. _shown.Select(p => p.Week - firstWeek ?? -1)],
        };
    }

    // At a member, so that the name lies inside though the problem is bent.
    private MappedProblem Mapped(ModelProblem problem, Point[] members)
    {
        float x = Middle(members, p => p.X), y = Middle(members, p => p.Y);
        Point nearest = members.MinBy(p => ((p.X - x) * (p.X - x)) + ((p.Y - y) * (p.Y - y)));
        return new MappedProblem(problem.Id, problem.Label, members.Length, _frame.X(nearest), _frame.Y(nearest), version.History.FirstVersionOf(problem.Id) ?? version.Known.Manifest.Version);
    }

    private static float Middle(Point[] members, Func<Point, float> value)
    {
        float[] values = [.. members.Select(value)];
        Array.Sort(values);
        return values[values.Length / 2];
    }

    private readonly record struct Point(string Number, float X, float Y, int Problem, string? Priority, int? Week);

    // The training's map has y upwards.
    private readonly record struct Frame(float Left, float Top, double Scale, int Width, int Height)
    {
        public static Frame Around(List<Point> points)
        {
            if (points.Count == 0)
            {
                return new Frame(0, 0, 1, 1, 1);
            }

            float left = points.Min(p => p.X), top = points.Max(p => p.Y);
            double width = points.Max(p => p.X) - (double)left, height = top - (double)points.Min(p => p.Y);
            double scale = CenterMap.Side / Math.Max(Math.Max(width, height), 1e-6);
            return new Frame(left, top, scale, Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)));
        }

        public int X(Point point) => (int)Math.Round((point.X - Left) * Scale);

        public int Y(Point point) => (int)Math.Round((Top - point.Y) * Scale);
    }
}
