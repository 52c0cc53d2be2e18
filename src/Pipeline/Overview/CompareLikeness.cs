using System.Numerics.Tensors;
using Pipeline.Classification;
using Pipeline.Models;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Overview;

/// <summary>
/// The use case of showing how alike the largest problems are, each to each: by their words, as <see cref="ProblemLikeness"/> has it, over all tech centers or in one; or, in one, by the vectors of their incidents, the
/// cosine between the means of the embeddings that the model was trained on, which sees what is worded otherwise and means the same.
/// </summary>
public sealed class CompareLikeness(ProblemCounts counts, ModelDirectory directory, ModelCache cache)
{
    /// <summary>The matrix, with those that are alike side by side.</summary>
    /// <exception cref="RequestException">There is no such tech center; or vectors are asked for of several, or of a model that has none.</exception>
    /// <exception cref="ModelException">The version that serves is damaged.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<LikenessMatrix> RunAsync(LikenessRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        string? center = request.TechCenter is null ? null : await directory.ResolveAsync(request.TechCenter, RequestProblem.NotFound, cancellationToken);
        CountedProblems known = await counts.ReadAsync(cancellationToken);
        (ServingProblem Problem, int Size)[] largest =
        [
            .. known.Serving.All().Where(p => !p.Problem.IsIgnored && (center is null || string.Equals(p.TechCenter, center, StringComparison.Ordinal)))
                .Select(p => (Problem: p, Size: known.Of(p.TechCenter, p.Problem.Id).Sum(d => d.Incidents)))
                .OrderByDescending(p => p.Size).ThenBy(p => p.Problem.TechCenter, StringComparer.Ordinal).ThenBy(p => p.Problem.Problem.Id).Take(request.Top),
        ];
        ServingProblem[] problems = [.. largest.Select(p => p.Problem)];
        double[,] likeness = request.By == LikenessKind.Words ? ByWords(problems) : await ByVectorsAsync(center!, problems, cancellationToken);
        int[] order = LikenessOrder.Of(likeness);
        return new LikenessMatrix(
            request.By, center,
            [.. order.Select(i => new LikenessProblem(problems[i].TechCenter, problems[i].Problem.Id, problems[i].Problem.Label, problems[i].DomainName, largest[i].Size, [.. problems[i].Problem.Keywords.Take(ProblemLikeness.Words)]))],
            [.. order.Select(i => (double[])[.. order.Select(j => Math.Round(likeness[i, j], 3))])]);
    }

    private static double[,] ByWords(ServingProblem[] problems) => Matrix(problems.Length, (i, j) => problems[i].Likeness.To(problems[j].Likeness));

    private async Task<double[,]> ByVectorsAsync(string center, ServingProblem[] problems, CancellationToken cancellationToken)
    {
        MemberGeometry members = (await cache.GetAsync(center, cancellationToken))?.Model.Members ?? throw new RequestException(
            RequestProblem.Unprocessable, $"The version that serves '{center}' keeps no vectors of its texts: it is of a single layout. Train again, or ask by words.");
        float[][] means = members.MeansOf([.. problems.Select(p => p.Problem.Variants)]);
        return Matrix(means.Length, (i, j) => Math.Max(0, Cosine(means[i], means[j])));
    }

    private static double[,] Matrix(int size, Func<int, int, double> likeness)
    {
        double[,] matrix = new double[size, size];
        for (int i = 0; i < size; i++)
        {
            matrix[i, i] = 1;
            for (int j = 0; j < i; j++)
            {
                matrix[i, j] = matrix[j, i] = likeness(i, j);
            }
        }

        return matrix;
    }

    private static double Cosine(float[] one, float[] other)
    {
        double length = TensorPrimitives.Norm<float>(one) * (double)TensorPrimitives.Norm<float>(other);
        return length > 0 ? Math.Min(1, TensorPrimitives.Dot<float>(one, other) / length) : 0;
    }
}

/// <summary>Which problems to show, and by what.</summary>
/// <param name="By">What tells how alike they are.</param>
/// <param name="TechCenter">The tech center's name or folder; null for all.</param>
/// <param name="Top">The largest so many problems, 2 to 60.</param>
public sealed record LikenessRequest(LikenessKind By = LikenessKind.Words, string? TechCenter = null, int Top = 40)
{
    private const int Most = 60;

    /// <summary>Reads a request from the texts of an address; null or empty ones are left to their defaults.</summary>
    /// <exception cref="RequestException">A text cannot be read or is out of its range, or vectors are asked for without a tech center.</exception>
    public static LikenessRequest Parse(Func<string, string?> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        OverviewFields fields = new(value);
        LikenessRequest request = new(fields.Choice("by", LikenessKind.Words), fields.Text("techCenter"), fields.Number("top", 40, 2, Most));
        return fields.Checked(request is { By: LikenessKind.Vectors, TechCenter: null }
            ? fields.Wrong("by", "by is 'vectors', which needs techCenter: the vectors of two models are not of one space. Name a tech center, or ask by words.", request) : request);
    }
}

/// <summary>What tells how alike problems are.</summary>
public enum LikenessKind
{
    /// <summary>The words that tell each from the others of its tech center: their weighted Jaccard index.</summary>
    Words,

    /// <summary>The vectors of the incidents: the cosine between their means.</summary>
    Vectors,
}

/// <summary>How alike problems are, each to each.</summary>
/// <param name="By">What tells it.</param>
/// <param name="TechCenter">The tech center; null for all.</param>
/// <param name="Problems">The problems, those that are alike side by side (<see cref="LikenessOrder"/>).</param>
/// <param name="Likeness">For each problem its likeness to each, in the same order, 0 to 1; 1 to itself.</param>
public sealed record LikenessMatrix(LikenessKind By, string? TechCenter, IReadOnlyList<LikenessProblem> Problems, IReadOnlyList<IReadOnlyList<double>> Likeness);

/// <summary>A problem of the matrix.</summary>
/// <param name="TechCenter">Its tech center.</param>
/// <param name="Id">Its id.</param>
/// <param name="Label">Its name.</param>
/// <param name="DomainName">Its domain.</param>
/// <param name="Size">Its incidents.</param>
/// <param name="Words">The words that its likeness by words goes by, the weightiest first.</param>
public sealed record LikenessProblem(string TechCenter, int Id, string Label, string DomainName, int Size, IReadOnlyList<string> Words);
