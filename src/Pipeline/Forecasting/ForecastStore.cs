using System.Text.Json;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Forecasting;

/// <summary>
/// Keeps what forecasters have learned, a file a version, and which version serves, in the same shape as the versions of the problems: <c>forecast-models/{folder}/{version}.json</c> and
/// <c>forecast-models/{folder}/stages.json</c> (<see cref="CenterStages"/>), which is written only over the state that was read.
/// </summary>
public sealed class ForecastStore(IObjectStore objects)
{
    /// <summary>The folder of all of them.</summary>
    public const string Root = "forecast-models";

    /// <summary>Where a version lies.</summary>
    public static string PathOf(string techCenter, string version) => $"{Root}/{ModelPaths.HashedSlug(techCenter)}/{version}.json";

    /// <summary>Writes a version.</summary>
    /// <returns>False where there is one of this name: it is left as it was.</returns>
    /// <exception cref="ObjectStoreException">The object store cannot be written.</exception>
    public Task<bool> WriteAsync(ForecastModel model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return objects.WriteAsync(PathOf(model.TechCenter, model.Version), (stream, token) => JsonSerializer.SerializeAsync(stream, model, PipelineJson.Indented, token), onlyIfAbsent: true, cancellationToken);
    }

    /// <summary>A version; null where there is none, or it cannot be read.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<ForecastModel?> FindAsync(string techCenter, string version, CancellationToken cancellationToken = default) =>
        version.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && await objects.ReadTaggedAsync(PathOf(techCenter, version), cancellationToken) is TaggedObject stored
            ? ForecastFile.Read(PathOf(techCenter, version), stored.Content).Model
            : null;

    /// <summary>Reads all files, and tells which are damaged.</summary>
    /// <param name="techCenter">Those of one tech center; null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<ForecastFiles> CheckAsync(string? techCenter = null, CancellationToken cancellationToken = default)
    {
        List<DamagedForecast> damaged = [];
        int sound = 0;
        await foreach (StoredObject file in objects.ListAsync(techCenter is null ? $"{Root}/" : $"{Root}/{ModelPaths.HashedSlug(techCenter)}/", cancellationToken))
        {
            if (!file.Name.EndsWith(".json", StringComparison.Ordinal) || await objects.ReadTaggedAsync(file.Name, cancellationToken) is not TaggedObject stored)
            {
                continue;
            }

            bool stages = file.Name.EndsWith($"/{ModelPaths.StagesFile}", StringComparison.Ordinal);
            string? problem = !stages ? ForecastFile.Read(file.Name, stored.Content).Problem : ForecastFile.ReadStages(stored.Content) is null ? ForecastFile.Damaged(file.Name, "it cannot be read, and no version serves") : null;
            sound += problem is null ? 1 : 0;
            damaged.AddRange(problem is null ? [] : [new DamagedForecast(Path.GetFileNameWithoutExtension(file.Name), problem)]);
        }

        return new ForecastFiles(sound, damaged);
    }

    /// <summary>The version that serves; null where none does, or it cannot be read: forecasts are made anew each time then.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<ForecastModel?> FindServingAsync(string techCenter, CancellationToken cancellationToken = default) =>
        (await ReadStagesAsync(techCenter, cancellationToken)).Production is StagedVersion production ? await FindAsync(techCenter, production.Version, cancellationToken) : null;

    /// <summary>Which version is used for what. Where the file is damaged, none is.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<CenterStages> ReadStagesAsync(string techCenter, CancellationToken cancellationToken = default) =>
        StagesOf(techCenter, await objects.ReadTaggedAsync(NameOf(techCenter), cancellationToken));

    /// <summary>Changes that. Where another change comes between, the change is made anew, of the state that it left.</summary>
    /// <param name="techCenter">The tech center.</param>
    /// <param name="change">Gives the new state of the present one; what it throws passes through, and nothing is changed.</param>
    /// <param name="cancellationToken">Stops before the writing.</param>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public Task<CenterStages> ChangeStagesAsync(string techCenter, Func<CenterStages, CenterStages> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        return objects.ChangeAsync(NameOf(techCenter), stored => ValueTask.FromResult((change(StagesOf(techCenter, stored)), true)), cancellationToken);
    }

    private static string NameOf(string techCenter) => $"{Root}/{ModelPaths.HashedSlug(techCenter)}/{ModelPaths.StagesFile}";

    private static CenterStages StagesOf(string techCenter, TaggedObject? stored) => (stored is null ? null : ForecastFile.ReadStages(stored.Content)) ?? new CenterStages(techCenter, [], []);
}
