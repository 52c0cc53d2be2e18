using System.Text.Json.Serialization;

namespace Pipeline.Models;

/// <summary>
/// What a model version is made of. It is written last: a version without a valid manifest does not exist, and a published one never changes.
/// </summary>
public sealed record ModelManifest
{
    /// <summary>The layout that this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The layout of the version's files.</summary>
    public required int Format { get; init; }

    /// <summary>The tech center that the model belongs to.</summary>
    public required string TechCenter { get; init; }

    /// <summary>The version's name, such as <c>2026_q2</c> or <c>2026_q2_r2</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The version whose cluster ids this one continues; null for the first.</summary>
    public string? PreviousVersion { get; init; }

    /// <summary>When it was published, in UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The training run that made it: a resumed run finds its own versions by it.</summary>
    public required long TrainingRun { get; init; }

    /// <summary>The version of the clustering library.</summary>
    public required string LibraryVersion { get; init; }

    /// <summary>The embedder whose vectors the model understands.</summary>
    public required string Embedder { get; init; }

    /// <summary>How the columns of records become the vectors that the model understands; null where it is of texts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RecordMix? Records { get; init; }

    /// <summary>The period that the model learned from.</summary>
    public required TrainingWindow Window { get; init; }

    /// <summary>How many incidents it learned from.</summary>
    public required int Incidents { get; init; }

    /// <summary>How many of them belong to no cluster.</summary>
    public required int Unclustered { get; init; }

    /// <summary>The clusters found.</summary>
    public required int Clusters { get; init; }

    /// <summary>How little the clusters hang on chance; see <see cref="ModelMetrics.Stability"/>.</summary>
    public double? Stability { get; init; }

    /// <summary>The parameters, defaults resolved.</summary>
    public required TrainingParameters Parameters { get; init; }

    /// <summary>The lowest cluster id that no version of this tech center has used.</summary>
    public required int NextClusterId { get; init; }

    /// <summary>The problems that the clusters are variants of; null in versions that did not group them.</summary>
    public int? Problems { get; init; }

    /// <summary>The lowest problem id that no version of this tech center has used; 0 in versions that did not group clusters.</summary>
    public int NextProblemId { get; init; }

    /// <summary>The lowest domain id that no version of this tech center has used.</summary>
    public required int NextDomainId { get; init; }

    /// <summary>Every other file of the version.</summary>
    public required IReadOnlyList<ModelFile> Files { get; init; }

    /// <summary>The problems that a reader sees: where clusters were not grouped, each is one.</summary>
    [JsonIgnore]
    public int ProblemCount => Problems ?? Clusters;

    /// <summary>The lowest id that no problem has: where clusters were not grouped, problems have theirs.</summary>
    [JsonIgnore]
    public int FreeProblemId => Problems is null ? NextClusterId : NextProblemId;

    /// <summary>The version's name in its parts.</summary>
    [JsonIgnore]
    public ModelVersionId Id => ModelVersionId.Parse(Version) ?? throw new InvalidDataException($"'{Version}' is not a version's name.");

    /// <summary>The tech center's folder, in which the version lies.</summary>
    [JsonIgnore]
    public string Folder { get => field ?? ModelPaths.Slug(TechCenter); init; }

    /// <summary>The version's folder in the object store, without a slash at its end.</summary>
    [JsonIgnore]
    public string Path => ModelPaths.Version(Folder, Version);
}

/// <summary>A file of a model version as its manifest vouches for it.</summary>
/// <param name="Name">The file's name inside the version's folder.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hexadecimal.</param>
public sealed record ModelFile(string Name, long Size, string Sha256);
