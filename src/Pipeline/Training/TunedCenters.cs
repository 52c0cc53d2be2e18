using System.Text.Json;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>What a tuning found for a tech center: <c>tuned.json</c> in its folder. Its trainings go by it, the others by the settings.</summary>
public sealed class TunedCenters(ModelStore models, IObjectStore objects)
{
    /// <summary>What was found; null where the settings hold, also in place of a file that cannot be read or is out of range.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<TunedParameters?> FindAsync(string techCenter, CancellationToken cancellationToken = default) => (await ReadAsync(techCenter, cancellationToken)).Tuned;

    /// <summary>Why the file of a tech center does not hold, with its name and what to do; null where it does, or there is none.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<string?> FindProblemAsync(string techCenter, CancellationToken cancellationToken = default) => (await ReadAsync(techCenter, cancellationToken)).Problem;

    /// <summary>Keeps what was found, in place of what was found before; null to let the settings hold again.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be written.</exception>
    public async Task KeepAsync(string techCenter, TunedParameters? tuned, CancellationToken cancellationToken = default)
    {
        string name = await NameAsync(techCenter, take: tuned is not null, cancellationToken);
        await (tuned is null
            ? objects.DeleteAsync(name, cancellationToken)
            : objects.WriteAsync(name, (stream, token) => JsonSerializer.SerializeAsync(stream, tuned, PipelineJson.Indented, token), cancellationToken: cancellationToken));
    }

    /// <summary>The settings with what was found for a tech center.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<TrainingOptions> ApplyAsync(TrainingOptions options, string techCenter, CancellationToken cancellationToken = default) =>
        await FindAsync(techCenter, cancellationToken) is TunedParameters tuned ? tuned.Over(options) : options;

    private async Task<(TunedParameters? Tuned, string? Problem)> ReadAsync(string techCenter, CancellationToken cancellationToken)
    {
        string name = await NameAsync(techCenter, take: false, cancellationToken);
        if (await objects.ReadTaggedAsync(name, cancellationToken) is not TaggedObject stored)
        {
            return (null, null);
        }

        try
        {
            TunedParameters tuned = JsonSerializer.Deserialize<TunedParameters>(stored.Content.Span, PipelineJson.Indented) ?? throw new JsonException("It holds null.");
            tuned.Over(new TrainingOptions()).Validate();
            return (tuned, null);
        }
        catch (Exception e) when (e is JsonException or ArgumentOutOfRangeException)
        {
            return (null, $"{name} does not hold, and the settings do: {e.Message.ReplaceLineEndings(" ")} Let them hold for good with 'tune \"{techCenter}\" --reset', or tune again with --promote.");
        }
    }

    private async Task<string> NameAsync(string techCenter, bool take, CancellationToken cancellationToken) => $"{ModelPaths.Root}/{await models.FolderOfAsync(techCenter, take, cancellationToken)}/tuned.json";
}

/// <summary>Parameters in place of those of the settings; null where the settings hold.</summary>
/// <param name="Algorithm">What finds the clusters.</param>
/// <param name="MinClusterSize">The smallest cluster.</param>
/// <param name="MinSamples">The neighbours of a core distance.</param>
/// <param name="Neighbors">The neighbours of the graph.</param>
/// <param name="Dimensions">The dimensions of the principal component analysis.</param>
public sealed record TunedParameters(ClusteringAlgorithm? Algorithm = null, int? MinClusterSize = null, int? MinSamples = null, int? Neighbors = null, int? Dimensions = null)
{
    /// <summary>These with those of another in their place.</summary>
    public TunedParameters With(TunedParameters other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new TunedParameters(other.Algorithm ?? Algorithm, other.MinClusterSize ?? MinClusterSize, other.MinSamples ?? MinSamples, other.Neighbors ?? Neighbors, other.Dimensions ?? Dimensions);
    }

    /// <summary>The settings with these in their place.</summary>
    public TrainingOptions Over(TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options with
        {
            Algorithm = Algorithm ?? options.Algorithm,
            MinClusterSize = MinClusterSize ?? options.MinClusterSize,
            MinSamples = MinSamples ?? options.MinSamples,
            Neighbors = Neighbors ?? options.Neighbors,
            Dimensions = Dimensions ?? options.Dimensions,
        };
    }
}
