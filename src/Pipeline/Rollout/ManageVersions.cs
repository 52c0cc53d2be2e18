using Pipeline.Classification;
using Pipeline.Gate;
using Pipeline.Models;
using Pipeline.Requests;

namespace Pipeline.Rollout;

/// <summary>The use case of whoever decides which version serves: a person or a rollout. Every change is written down with who, when and why.</summary>
public sealed class ManageVersions(ModelDirectory directory, ModelStore models, ModelGate gate, ModelCache cache, GateOptions options, TimeProvider clock)
{
    /// <summary>One version: what it is made of, its stage, and what the gate found.</summary>
    /// <exception cref="RequestException">There is no such tech center or version.</exception>
    /// <exception cref="ModelException">Its manifest cannot be read.</exception>
    public async Task<VersionDetails> ShowAsync(string techCenter, string version, CancellationToken cancellationToken = default)
    {
        string center = await directory.ResolveAsync(techCenter, RequestProblem.NotFound, cancellationToken);
        ModelManifest manifest = await models.RequireAsync(center, version, cancellationToken);
        CenterStages stages = await models.Stages.ReadAsync(center, cancellationToken);
        return new VersionDetails(stages.Find(version), manifest, await gate.FindAsync(manifest, cancellationToken), [.. stages.History.Where(c => c.Version.Length == 0 || string.Equals(c.Version, version, StringComparison.Ordinal))]);
    }

    /// <summary>Puts a version into production at once.</summary>
    /// <param name="techCenter">The tech center's name or folder.</param>
    /// <param name="version">The version.</param>
    /// <param name="order">Who wants it and why; <see cref="StageOrder.Force"/> for one that the gate refused.</param>
    /// <param name="cancellationToken">Stops before the change.</param>
    /// <exception cref="RequestException">There is no such version; the gate refused it or never saw it; another was put into production meanwhile.</exception>
    /// <exception cref="ModelException">It is damaged.</exception>
    public async Task<StageResult> PromoteAsync(string techCenter, string version, StageOrder order, CancellationToken cancellationToken = default)
    {
        (string center, CenterStages seen) = await AllowAsync(techCenter, version, order, cancellationToken);
        return await ChangeAsync(
            center,
            version,
            stages => stages.HasSameProduction(seen)
                ? stages.Promote(version, ReasonOf(order, "It was promoted by hand."))
                : throw new RequestException(RequestProblem.Conflict, $"{stages.Production?.Version ?? "No version"} is in production since just now, by {stages.History[^1].Who}. Look whether {version} is still wanted, and ask again."),
            cancellationToken);
    }

    /// <summary>Lets a version answer a share.</summary>
    /// <param name="techCenter">The tech center's name or folder.</param>
    /// <param name="version">The version.</param>
    /// <param name="percent">The share in percent, 1 to 100; null for that of the settings.</param>
    /// <param name="order">Who wants it and why.</param>
    /// <param name="cancellationToken">Stops before the change.</param>
    /// <exception cref="RequestException">There is no such version; the gate refused it or never saw it; another one is on trial; nothing is in production.</exception>
    /// <exception cref="ModelException">It is damaged.</exception>
    public async Task<StageResult> BeginCanaryAsync(string techCenter, string version, int? percent, StageOrder order, CancellationToken cancellationToken = default)
    {
        (string center, _) = await AllowAsync(techCenter, version, order, cancellationToken);
        return await ChangeAsync(center, version, stages => stages.BeginCanary(version, percent ?? options.CanaryPercent, ReasonOf(order, "It was put on trial by hand.")), cancellationToken);
    }

    /// <summary>Lets a version answer a first share, which grows in steps from then on.</summary>
    /// <param name="techCenter">The tech center's name or folder.</param>
    /// <param name="version">The version.</param>
    /// <param name="percent">The first share in percent, 1 to 100.</param>
    /// <param name="order">Who wants it and why.</param>
    /// <param name="cancellationToken">Stops before the change.</param>
    /// <exception cref="RequestException">As <see cref="BeginCanaryAsync"/>; and it is on trial already, which goes on as it was begun.</exception>
    /// <exception cref="ModelException">It is damaged.</exception>
    public async Task<StageResult> BeginBlueGreenAsync(string techCenter, string version, int percent, StageOrder order, CancellationToken cancellationToken = default)
    {
        (string center, _) = await AllowAsync(techCenter, version, order, cancellationToken);
        return await ChangeAsync(
            center,
            version,
            stages => string.Equals(stages.Canary?.Version, version, StringComparison.Ordinal)
                ? throw new RequestException(RequestProblem.Conflict, $"{version} is on trial already, and its trial goes on as it was begun. Promote it without blueGreen, or retire it and ask again once the trial has ended.")
                : stages.BeginCanary(version, percent, ReasonOf(order, "It was put on trial by hand, to grow in steps.")),
            cancellationToken);
    }

    /// <summary>Ends a trial: the version goes into production, or is what it was before. Nothing happens where it is on trial no more.</summary>
    /// <exception cref="RequestException">There is no such tech center.</exception>
    public async Task<StageResult> EndCanaryAsync(string techCenter, string version, bool promoted, StageOrder order, CancellationToken cancellationToken = default)
    {
        string center = await directory.ResolveAsync(techCenter, RequestProblem.NotFound, cancellationToken);
        StageReason reason = ReasonOf(order, "The trial was ended.");
        return await ChangeAsync(
            center,
            version,
            stages => promoted && string.Equals(stages.Canary?.Version, version, StringComparison.Ordinal) ? stages.Promote(version, reason) : stages.EndCanary(version, reason),
            cancellationToken);
    }

    /// <summary>Brings the previous version back.</summary>
    /// <exception cref="RequestException">There is no such tech center, or no previous version.</exception>
    /// <exception cref="ModelException">The previous version is damaged.</exception>
    public async Task<StageResult> RollBackAsync(string techCenter, StageOrder order, CancellationToken cancellationToken = default)
    {
        string center = await directory.ResolveAsync(techCenter, RequestProblem.NotFound, cancellationToken);
        CenterStages seen = await models.Stages.ReadAsync(center, cancellationToken);
        if (seen.Previous is StagedVersion previous)
        {
            await RequireSoundAsync(center, previous.Version, cancellationToken);
        }

        CenterStages stages = await models.Stages.ChangeAsync(
            center,
            present => present.HasSameProduction(seen) ? present.RollBack(ReasonOf(order, "It was rolled back by hand."))
                : throw new RequestException(RequestProblem.Conflict, $"{present.Production?.Version} is in production since just now, by {present.History[^1].Who}. Look whether a rollback is still wanted, and ask again."),
            cancellationToken);
        await cache.RefreshAsync(center, cancellationToken);
        return Result(stages, stages.Production!.Version);
    }

    /// <summary>Takes a version out of use.</summary>
    /// <exception cref="RequestException">There is no such version, or it is in production.</exception>
    public async Task<StageResult> RetireAsync(string techCenter, string version, StageOrder order, CancellationToken cancellationToken = default)
    {
        string center = await directory.ResolveAsync(techCenter, RequestProblem.NotFound, cancellationToken);
        await models.RequireListedAsync(center, version, cancellationToken);
        return await ChangeAsync(center, version, stages => stages.Retire(version, ReasonOf(order, "It was retired by hand.")), cancellationToken);
    }

    /// <summary>Says what becomes of candidates that pass the gate.</summary>
    /// <param name="techCenter">The tech center's name or folder.</param>
    /// <param name="policy">The policy; null for that of the settings.</param>
    /// <param name="cancellationToken">Stops before the change.</param>
    /// <exception cref="RequestException">There is no such tech center.</exception>
    public async Task<CenterStages> SetPolicyAsync(string techCenter, PromotionPolicy? policy, CancellationToken cancellationToken = default)
    {
        string center = await directory.ResolveAsync(techCenter, RequestProblem.NotFound, cancellationToken);
        return await models.Stages.ChangeAsync(center, stages => stages with { Policy = policy, Damage = null }, cancellationToken);
    }

    private async Task<(string Center, CenterStages Seen)> AllowAsync(string techCenter, string version, StageOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        string center = await directory.ResolveAsync(techCenter, RequestProblem.NotFound, cancellationToken);
        CenterStages seen = await models.Stages.ReadAsync(center, cancellationToken);
        ModelManifest manifest = await RequireSoundAsync(center, version, cancellationToken);
        if (order.Force)
        {
            return string.IsNullOrWhiteSpace(order.Reason)
                ? throw RequestException.Invalid("reason", $"Say why {version} is to serve against the gate: its reason is missing.")
                : (center, seen);
        }

        StagedVersion staged = seen.Find(version);
        if (staged.Passed == false)
        {
            ModelValidation? validation = await gate.FindAsync(manifest, cancellationToken);
            throw new RequestException(
                RequestProblem.Conflict,
                $"The gate refused {version}. {validation?.Reasons} Train again, or force it with a reason.".Replace("  ", " ", StringComparison.Ordinal),
                validation?.Failed.ToDictionary(t => t.Name, t => t.Errors.ToArray(), StringComparer.Ordinal));
        }

        return staged.Passed is null && staged.ServedAt is null
            ? throw new RequestException(RequestProblem.Conflict, $"The gate has not tested {version}. Train again, or force it with a reason.")
            : (center, seen);
    }

    private async Task<ModelManifest> RequireSoundAsync(string center, string version, CancellationToken cancellationToken)
    {
        ModelManifest manifest = await models.RequireAsync(center, version, cancellationToken);
        FittedModel.Load(manifest, await models.ReadAsync(manifest, cancellationToken));
        return manifest;
    }

    private async Task<StageResult> ChangeAsync(string center, string version, Func<CenterStages, CenterStages> change, CancellationToken cancellationToken)
    {
        CenterStages stages = await models.Stages.ChangeAsync(center, change, cancellationToken);
        await cache.RefreshAsync(center, cancellationToken);
        return Result(stages, version);
    }

    private StageReason ReasonOf(StageOrder order, string otherwise) => new(clock.GetUtcNow(), order.Who, string.IsNullOrWhiteSpace(order.Reason) ? otherwise : order.Reason, order.Force);

    private static StageResult Result(CenterStages stages, string version) =>
        new(stages.TechCenter, version, stages.Find(version).Stage, stages.Production?.Version, stages.Previous?.Version, stages.Canary?.Version);
}

/// <summary>Who wants a stage changed, and why.</summary>
/// <param name="Who">Who or what.</param>
/// <param name="Reason">Why; null for what goes without saying.</param>
/// <param name="Force">Whether it is to be done against the gate; needs a reason.</param>
public sealed record StageOrder(string Who, string? Reason = null, bool Force = false);

/// <summary>The stages after a change.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Version">The version that was changed; after a rollback the one that serves now.</param>
/// <param name="Stage">Its stage.</param>
/// <param name="Production">The version that serves; null where none does.</param>
/// <param name="Previous">The one that a rollback brings back; null where there is none.</param>
/// <param name="Canary">The one on trial; null where there is none.</param>
public sealed record StageResult(string TechCenter, string Version, ModelStage Stage, string? Production, string? Previous, string? Canary);

/// <summary>All that is known of a version.</summary>
/// <param name="Staged">Its stage.</param>
/// <param name="Manifest">What it is made of.</param>
/// <param name="Validation">What the gate found; null where it was not tested.</param>
/// <param name="History">The changes of its stage, and those that befell all versions, which name none; the oldest first.</param>
public sealed record VersionDetails(StagedVersion Staged, ModelManifest Manifest, ModelValidation? Validation, IReadOnlyList<StageChange> History);
