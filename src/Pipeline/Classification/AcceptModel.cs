using System.Text.Json;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Classification;

/// <summary>The use case that a newly published model version sets off: it is verified, made ready to answer, and the event is recorded.</summary>
public sealed class AcceptModel(ModelStore models, ModelCache cache, ISettingsTable settings, TimeProvider clock)
{
    /// <summary>Looks at a version. Doing it again gives the same record with a later date.</summary>
    /// <param name="slug">The tech center's folder.</param>
    /// <param name="version">The version's name.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The record; null where the folder holds no version of this name.</returns>
    /// <exception cref="ObjectStoreException">The object store cannot be read; try again.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be written; try again.</exception>
    public async Task<ModelArrival?> RunAsync(string slug, string version, CancellationToken cancellationToken = default)
    {
        if (ModelVersionId.Parse(version) is null)
        {
            return null;
        }

        string? problem = null;
        try
        {
            if (await models.FindAsync(slug, version, cancellationToken) is not ModelManifest manifest)
            {
                return null;
            }

            FittedModel.Load(manifest, await models.ReadAsync(manifest, cancellationToken));
            await cache.RefreshAsync(manifest.TechCenter, cancellationToken);
        }
        catch (ModelException e)
        {
            problem = e.Message;
        }

        ModelArrival arrival = new(slug, version, problem is null, problem, clock.GetUtcNow());
        await settings.SetSettingAsync(SettingOf(slug, version), JsonSerializer.Serialize(arrival, PipelineJson.Compact), cancellationToken);
        return arrival;
    }

    /// <summary>The warehouse setting that holds a version's <see cref="ModelArrival"/>.</summary>
    public static string SettingOf(string slug, string version) => $"model-published:{slug}/{version}";
}

/// <summary>What happened when a model version was published.</summary>
/// <param name="TechCenter">The tech center's folder.</param>
/// <param name="Version">The version.</param>
/// <param name="Sound">Whether every file is what the manifest vouches for.</param>
/// <param name="Detail">What is wrong with it, and how to mend it; null where it is sound.</param>
/// <param name="SeenAt">When it was looked at, in UTC.</param>
public sealed record ModelArrival(string TechCenter, string Version, bool Sound, string? Detail, DateTimeOffset SeenAt);
