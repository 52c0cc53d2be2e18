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

    private const int Quantiles = 4;

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
        version.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && await objects.ReadTaggedAsync(PathOf(techCenter, version), cancellationToken) is TaggedObject stored ? Parse(stored) : null;

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

    private static CenterStages StagesOf(string techCenter, TaggedObject? stored)
    {
        try
        {
            return stored is not null && JsonSerializer.Deserialize<CenterStages>(stored.Content.Span, PipelineJson.Indented) is CenterStages stages && !stages.Versions.Contains(null!) && !stages.History.Contains(null!)
                ? stages
                : new CenterStages(techCenter, [], []);
        }
        catch (JsonException)
        {
            return new CenterStages(techCenter, [], []);
        }
    }

    private static ForecastModel? Parse(TaggedObject stored)
    {
        try
        {
            ForecastModel? model = JsonSerializer.Deserialize<ForecastModel>(stored.Content.Span, PipelineJson.Indented);
            return model is { Format: ForecastModel.CurrentFormat } && model.OfProblems.Values.Append(model.Volume).OfType<SeriesFit>().All(IsWhole) ? model : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsWhole(SeriesFit fit) => fit.Fit.Ensemble.Errors.Count == Quantiles && fit.Fit.Ensemble.Methods.Any(m => m is { Weight: > 0 });
}
