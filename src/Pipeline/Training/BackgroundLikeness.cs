using System.Numerics.Tensors;

namespace Pipeline.Training;

/// <summary>
/// How alike two texts of a tech center are that have nothing to do with each other: the mean and the standard deviation of the cosine over random pairs of different texts,
/// on the vectors that coherence is measured on. Embedders differ in it, and so a likeness says something only when it is held against it.
/// </summary>
/// <param name="Mean">The mean cosine, -1 to 1; about 0 on centred vectors.</param>
/// <param name="Deviation">The standard deviation, 0 or more; about 1/sqrt(d) where all of d directions count the same, more where few do.</param>
public sealed record BackgroundLikeness(double Mean, double Deviation)
{
    private const int Pairs = 20_000;

    /// <summary>Measures it over 20,000 random pairs in O(n + pairs x dimensions). Copies of a text count once.</summary>
    /// <param name="vectors">n x <paramref name="dimensions"/>, row-major, of unit length or zero; texts whose vector is zero are passed over.</param>
    /// <param name="dimensions">Values per vector.</param>
    /// <param name="texts">What tells the texts apart, one per vector.</param>
    /// <param name="seed">The same seed draws the same pairs.</param>
    /// <returns>The likeness; zeros where there are no two different texts.</returns>
    public static BackgroundLikeness Measure(ReadOnlySpan<float> vectors, int dimensions, IReadOnlyList<string> texts, int seed)
    {
        ArgumentNullException.ThrowIfNull(texts);
        HashSet<string> seen = new(StringComparer.Ordinal);
        List<int> rows = [];
        for (int row = 0; row < texts.Count; row++)
        {
            if (seen.Add(texts[row]) && vectors.Slice(row * dimensions, dimensions).ContainsAnyExcept(0f))
            {
                rows.Add(row);
            }
        }

        if (rows.Count < 2)
        {
            return new BackgroundLikeness(0, 0);
        }

        Random random = new(seed);
        double sum = 0;
        double squares = 0;
        for (int pair = 0; pair < Pairs; pair++)
        {
            int first = random.Next(rows.Count);
            int second = (first + 1 + random.Next(rows.Count - 1)) % rows.Count;
            double cosine = TensorPrimitives.Dot(vectors.Slice(rows[first] * dimensions, dimensions), vectors.Slice(rows[second] * dimensions, dimensions));
            sum += cosine;
            squares += cosine * cosine;
        }

        double mean = sum / Pairs;
        return new BackgroundLikeness(mean, Math.Sqrt(Math.Max(0, (squares / Pairs) - (mean * mean))));
    }

    /// <summary>The likeness that lies a share of the way from that of unrelated texts, which is 0, to that of equal ones, which is 1.</summary>
    /// <param name="share">-1 to 1.</param>
    public double Toward(double share) => Mean + (share * (1 - Mean));
}
