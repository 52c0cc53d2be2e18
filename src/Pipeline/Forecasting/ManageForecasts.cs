using System.Text.Json.Serialization;
using Pipeline.Models;
using Pipeline.Requests;
using Pipeline.Rollout;
using Pipeline.Storage;

namespace Pipeline.Forecasting;

/// <summary>The use case of whoever decides by which version forecasts are made: by the same stages and with the same history as the versions of the problems.</summary>
public sealed class ManageForecasts(ModelDirectory directory, ForecastStore store, TimeProvider clock)
{
    /// <summary>The versions of a tech center with what each is used for, and what was changed.</summary>
    /// <param name="techCenter">The tech center's name or folder.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There is no such tech center.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<ForecastVersions> ListAsync(string techCenter, CancellationToken cancellationToken = default)
    {
        string center = await directory.ResolveAsync(techCenter, RequestProblem.NotFound, cancellationToken);
        CenterStages stages = await store.ReadStagesAsync(center, cancellationToken);
        IReadOnlyList<DamagedForecast> damaged = (await store.CheckAsync(center, cancellationToken)).Damaged;
        return new ForecastVersions(stages.TechCenter, stages.Versions, stages.History, stages.Policy) { Damaged = damaged.Count == 0 ? null : damaged };
    }

    /// <summary>Reads the files of all tech centers, and tells which are damaged.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public Task<ForecastFiles> CheckAsync(CancellationToken cancellationToken = default) => store.CheckAsync(cancellationToken: cancellationToken);

    /// <summary>Has forecasts made by a version from now on.</summary>
    /// <param name="techCenter">The tech center's name or folder.</param>
    /// <param name="version">The version.</param>
    /// <param name="order">Who wants it and why; <see cref="StageOrder.Force"/> for one that did worse than the one that serves.</param>
    /// <param name="cancellationToken">Stops before the change.</param>
    /// <exception cref="RequestException">There is no such tech center or version, it serves already, or it did worse.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task<CenterStages> PromoteAsync(string techCenter, string version, StageOrder order, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        string center = await directory.ResolveAsync(techCenter, RequestProblem.NotFound, cancellationToken);
        if (await store.FindAsync(center, version, cancellationToken) is null)
        {
            throw RequestException.NotFound("version", $"'{center}' has no forecasts of the version '{version}' that can be read. List the versions.");
        }

        return await store.ChangeStagesAsync(
            center,
            stages => stages.Find(version).Passed == false && !(order.Force && !string.IsNullOrWhiteSpace(order.Reason))
                ? throw new RequestException(RequestProblem.Conflict, $"{version} did worse than the version that serves. To have it all the same, say so by force, with a reason.")
                : stages.Promote(version, ReasonOf(order, "It was promoted by hand.")),
            cancellationToken);
    }

    /// <summary>Has forecasts made by the version before.</summary>
    /// <param name="techCenter">The tech center's name or folder.</param>
    /// <param name="order">Who wants it and why.</param>
    /// <param name="cancellationToken">Stops before the change.</param>
    /// <exception cref="RequestException">There is no such tech center, or no version before.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task<CenterStages> RollBackAsync(string techCenter, StageOrder order, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        string center = await directory.ResolveAsync(techCenter, RequestProblem.NotFound, cancellationToken);
        return await store.ChangeStagesAsync(center, stages => stages.RollBack(ReasonOf(order, "It was rolled back by hand.")), cancellationToken);
    }

    private StageReason ReasonOf(StageOrder order, string otherwise) => new(clock.GetUtcNow(), order.Who, string.IsNullOrWhiteSpace(order.Reason) ? otherwise : order.Reason, order.Force);
}

/// <summary>The versions of a tech center's forecasts.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Versions">The versions, the oldest first.</param>
/// <param name="History">What was changed, the oldest first.</param>
/// <param name="Policy">What becomes of a version that does no worse; null for what the settings say.</param>
public sealed record ForecastVersions(string TechCenter, IReadOnlyList<StagedVersion> Versions, IReadOnlyList<StageChange> History, PromotionPolicy? Policy)
{
    /// <summary>The files that are damaged, also those of no version listed; left out where none is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<DamagedForecast>? Damaged { get; init; }
}
