using System.Numerics.Tensors;
using Pipeline.Classification;
using Pipeline.Models;
using Pipeline.Preprocessing;

namespace Pipeline.Streams;

/// <summary>
/// Which incidents no known problem explains, whatever the model answers: another incident of the last four weeks is clearly more like them than any text of a problem that the model was trained on.
/// Where nothing new has begun the nearest text is mostly an old one, for there are many times more of those: the test of nearest neighbours of two samples (Schilling 1986; Henze 1988), incident by
/// incident. An incident that comes alone is found when the second comes.
/// </summary>
/// <param name="preprocessed">Where the embeddings are.</param>
/// <param name="ratio">The distance (1 - cosine) to the other incident over that to the text, at most, 0 to 1.</param>
internal sealed class UnlikeProblems(IPreprocessedIncidents preprocessed, double ratio)
{
    // Texts this much alike differ in a number or a name that was not masked.
    private const double SameText = 0.999;
    private const int MostTextsInMemory = 100_000;
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(HourCounts.Remembered);
    private readonly Dictionary<string, ProblemTexts> _texts = new(StringComparer.Ordinal);

    /// <summary>Finds those among a batch's incidents, and among earlier ones that the batch shows to be so.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="dated">Its incidents with a date, in the order of their dates.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The items, each with the time of the incident that shows it, in the order of these, and how alike unrelated texts are.</returns>
    /// <exception cref="Storage.WarehouseException">The warehouse cannot be read.</exception>
    public async Task<(IReadOnlyList<(StreamItem Item, DateTimeOffset ShownAt)> Items, double Background)> FindAsync(PredictedBatch batch, IReadOnlyList<PreprocessedIncident> dated, CancellationToken cancellationToken)
    {
        ProblemTexts texts = await TextsAsync(batch, cancellationToken);
        List<Arrival> arrivals = [.. dated.Select(i => Arrival.Of(i, batch.Model)).OfType<Arrival>()];
        List<Arrival> others = await OthersAsync(batch, arrivals, cancellationToken);
        List<(StreamItem Item, DateTimeOffset ShownAt)> items = [];
        lock (texts)
        {
            foreach (Arrival arrival in arrivals)
            {
                Compare(arrival, others, texts, batch.TechCenter, items);
                others.Add(arrival);
            }
        }

        return (items, texts.Background.Mean);
    }

    private void Compare(Arrival arrival, List<Arrival> others, ProblemTexts texts, string techCenter, List<(StreamItem Item, DateTimeOffset ShownAt)> items)
    {
        double farthest = ratio * (1 - texts.Background.Mean);
        foreach (Arrival other in others)
        {
            double distance = 1 - TensorPrimitives.Dot(arrival.Vector, other.Vector);
            if (distance < farthest && (arrival.Time - other.Time).Duration() <= Remembered)
            {
                arrival.IsUnlike = arrival.IsUnlike || IsUnlike(arrival, distance);
                if (!other.IsUnlike && IsUnlike(other, distance))
                {
                    other.IsUnlike = true;
                    items.Add((other.Item(techCenter), arrival.Time));
                }
            }
        }

        if (arrival.IsUnlike)
        {
            items.Add((arrival.Item(techCenter), arrival.Time));
        }

        bool IsUnlike(Arrival one, double distance) =>
            texts.Nearness(one.Incident.ContentHash, one.Vector) is double nearest && nearest < SameText && distance < ratio * (1 - nearest);
    }

    // Those of four weeks, whether a batch before had them or not; what is in the stream by now is not taken again.
    private async Task<List<Arrival>> OthersAsync(PredictedBatch batch, List<Arrival> arrivals, CancellationToken cancellationToken)
    {
        List<Arrival> others = [];
        if (arrivals.Count > 0)
        {
            HashSet<string> own = [.. batch.Incidents.Select(i => i.Number)];
            await foreach (PreprocessedIncident row in preprocessed.ReadWindowAsync(batch.TechCenter, batch.Model.Manifest.Embedder, arrivals[0].Time - Remembered, arrivals[^1].Time.AddTicks(1), cancellationToken))
            {
                if (row.CreatedOn is not null && !own.Contains(row.Number) && Arrival.Of(row, batch.Model) is Arrival other && other.Vector.Length == arrivals[0].Vector.Length)
                {
                    others.Add(other);
                }
            }
        }

        others.Sort((a, b) => (a.Time, a.Incident.Number).CompareTo((b.Time, b.Incident.Number)));
        return others;
    }

    private async Task<ProblemTexts> TextsAsync(PredictedBatch batch, CancellationToken cancellationToken)
    {
        lock (_texts)
        {
            if (_texts.TryGetValue(batch.Model.Name, out ProblemTexts? known))
            {
                return known;
            }
        }

        ProblemTexts texts = await ProblemTexts.LoadAsync(preprocessed, batch.Model, batch.TechCenter, cancellationToken);
        lock (_texts)
        {
            if (_texts.Values.Sum(t => t.Count) + texts.Count > MostTextsInMemory)
            {
                _texts.Clear();
            }

            return _texts.TryAdd(batch.Model.Name, texts) ? texts : _texts[batch.Model.Name];
        }
    }

    private sealed class Arrival(PreprocessedIncident incident, float[] vector, bool ofTraining)
    {
        public PreprocessedIncident Incident { get; } = incident;

        public float[] Vector { get; } = vector;

        public DateTimeOffset Time => Incident.CreatedOn!.Value;

        public bool IsUnlike { get; set; }

        /// <summary>An incident that may be unlike; null for one with the text of a problem, and for one of the training that is older than streams remember.</summary>
        public static Arrival? Of(PreprocessedIncident incident, FittedModel model)
        {
            if (model.Recall(incident.ContentHash).ClusterId >= 0)
            {
                return null;
            }

            ModelManifest manifest = model.Manifest;
            DateTimeOffset trained = manifest.Window.Until < manifest.CreatedAt ? manifest.Window.Until : manifest.CreatedAt;
            bool ofTraining = incident.CreatedOn < trained && model.IsKnown(incident.ContentHash);
            return (ofTraining && incident.CreatedOn < trained - Remembered) || TakeStreamItems.Unit(incident.Embedding) is not float[] vector ? null : new Arrival(incident, vector, ofTraining);
        }

        public StreamItem Item(string techCenter) => new(
            Incident.Number, Incident.Summary, Time, new SortedDictionary<string, string>(StringComparer.Ordinal) { [StreamCluster.CenterAttribute] = techCenter }, Vector, ofTraining ? StreamItem.OfTraining : null);
    }
}
