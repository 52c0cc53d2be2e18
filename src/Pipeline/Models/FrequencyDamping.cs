namespace Pipeline.Models;

/// <summary>
/// Damps what most texts of a training set share. Words that are frequent in one tech center's incidents ("job", "scheduler") span the
/// directions of largest variance of its vectors, whatever embedder made them; dividing the principal component scores by a power of their standard deviation
/// lets rarer words count, as inverse document frequency does for words. The exponent 0 leaves the scores as they are and 1 whitens them
/// (compare Mu and Viswanath 2018, who remove the first components altogether). The state is one array, applied alike at training and prediction.
/// </summary>
public sealed class FrequencyDamping
{
    /// <summary>The exponent when none is given.</summary>
    public const double DefaultExponent = 0.25;

    /// <summary>No component is raised to more than this many times the first, so that directions of hardly any variance stay noise.</summary>
    private const double LargestScale = 100;

    private readonly float[] _scales;

    /// <summary>Restores a damping from its state.</summary>
    /// <param name="scales">The factor of each component, finite and not negative.</param>
    /// <exception cref="ArgumentException">There are no factors, or one is negative or not finite.</exception>
    public FrequencyDamping(IReadOnlyList<float> scales)
    {
        ArgumentNullException.ThrowIfNull(scales);
        if (scales.Count == 0)
            throw new ArgumentException("scales is empty; one factor per component is expected.", nameof(scales));

        for (int i = 0; i < scales.Count; i++)
        {
            if (!float.IsFinite(scales[i]) || scales[i] < 0)
                throw new ArgumentException($"scales[{i}] is {scales[i]}; it must be finite and not negative.", nameof(scales));
        }

        _scales = [.. scales];
    }

    /// <summary>The factor of each component, the first being 1: the whole state, to be stored with the model.</summary>
    public ReadOnlySpan<float> Scales => _scales;

    /// <summary>Makes the damping of a fitted principal component analysis.</summary>
    /// <param name="variances">The components' variances, largest first; those after a zero are zero.</param>
    /// <param name="exponent">From 0 (no damping) to 1 (whitening).</param>
    /// <exception cref="ArgumentException">There are no variances.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The exponent is outside its range.</exception>
    public static FrequencyDamping Fit(ReadOnlySpan<double> variances, double exponent = DefaultExponent)
    {
        if (variances.IsEmpty)
            throw new ArgumentException("variances is empty; one per component is expected.", nameof(variances));

        if (exponent is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(exponent), exponent, $"exponent is {exponent}; it must be from 0 to 1.");

        float[] scales = new float[variances.Length];
        for (int i = 0; i < scales.Length; i++)
        {
            double ratio = variances[i] > 0 ? variances[0] / variances[i] : 1;
            scales[i] = (float)Math.Min(LargestScale, Math.Pow(ratio, exponent / 2));
        }

        return new FrequencyDamping(scales);
    }

    /// <summary>
    /// Damps one text's scores in place and scales them to unit length; scores that are all zero stay zero. Linear time, no allocation,
    /// summed in order of the components: the same bits everywhere.
    /// </summary>
    /// <param name="scores">As many principal component scores as there are factors.</param>
    /// <exception cref="ArgumentException">The number of scores is another one.</exception>
    public void Apply(Span<float> scores)
    {
        if (scores.Length != _scales.Length)
            throw new ArgumentException($"scores has {scores.Length} components; this damping was fitted on {_scales.Length}.", nameof(scores));

        double squares = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] *= _scales[i];
            squares += (double)scores[i] * scores[i];
        }

        if (squares == 0)
            return;

        double norm = Math.Sqrt(squares);
        for (int i = 0; i < scores.Length; i++)
            scores[i] = (float)(scores[i] / norm);
    }

    /// <summary>Damps every row of a matrix in place, as <see cref="Apply"/> does one.</summary>
    /// <param name="matrix">Rows of scores one after the other.</param>
    /// <exception cref="ArgumentException">The matrix does not consist of whole rows.</exception>
    public void ApplyToRows(Span<float> matrix)
    {
        if (matrix.Length % _scales.Length != 0)
            throw new ArgumentException($"matrix has {matrix.Length} numbers, which are no whole rows of {_scales.Length}.", nameof(matrix));

        for (int start = 0; start < matrix.Length; start += _scales.Length)
            Apply(matrix.Slice(start, _scales.Length));
    }
}
