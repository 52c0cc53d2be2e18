using System.Globalization;
using Pipeline.Models;
using Pipeline.Runs;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Rollout;

/// <summary>
/// The rollout use case, in steps that an orchestration calls: begin, give the version its share, look at it, end. Each has the same effect however often it is repeated. The rollout is
/// kept as a run, with what every look measured.
/// </summary>
public sealed class RolloutSteps(ManageVersions versions, CanaryTrial trial, ModelStore models, RunLog runs, RolloutOptions options, TimeProvider clock)
{
    /// <summary>Begins a rollout: the version answers its share from then on.</summary>
    /// <returns>How it goes on. Part of the rollout, so that a changed setting does not change one under way.</returns>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task<RolloutOptions> BeginAsync(RolloutPlan plan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (await runs.FindAsync(plan.RunId, cancellationToken) is null)
        {
            await runs.WriteAsync(
                new RunRecord
                {
                    Id = plan.RunId,
                    Kind = RunKind.Rollout,
                    TechCenter = plan.TechCenter,
                    Name = $"{(plan.BlueGreen ? "blue-green" : "canary")} {plan.Version}",
                    State = RunState.Running,
                    StartedAt = clock.GetUtcNow(),
                    Parameters = new Dictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["version"] = plan.Version,
                        ["seconds"] = Number(plan.BlueGreen ? options.BlueGreenSteps * options.StepSeconds : options.CanarySeconds),
                        ["min_answers"] = Number(options.MinAnswers),
                    },
                    Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["asked_by"] = plan.Who, ["instance"] = plan.Instance },
                    Artifacts = ModelPaths.Version(plan.Folder, plan.Version),
                },
                cancellationToken);
        }

        return options;
    }

    /// <summary>Gives the version a share, or another one. Where it is on trial no more, nothing happens.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task ShareAsync(RolloutStep step, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(step);
        StageReason reason = new(clock.GetUtcNow(), step.Plan.Who, string.Create(CultureInfo.InvariantCulture, $"The rollout gives it {step.Percent} %."));
        await models.Stages.ChangeAsync(
            step.Plan.TechCenter,
            stages => stages.Canary is StagedVersion canary && string.Equals(canary.Version, step.Plan.Version, StringComparison.Ordinal) && canary.Percent != step.Percent
                ? stages.BeginCanary(step.Plan.Version, step.Percent, reason)
                : stages,
            cancellationToken);
    }

    /// <summary>Looks how the version does.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task<TrialReport> LookAsync(RolloutStep step, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(step);
        TrialReport report = await trial.RunAsync(step.Plan.TechCenter, step.Plan.Version, cancellationToken);
        DateTimeOffset now = clock.GetUtcNow();
        List<RunMetric> measured = [];
        foreach ((string prefix, TrialSide? side) in new[] { ("", report.Tried), ("production.", report.Production) })
        {
            if (side is not null)
            {
                measured.Add(new RunMetric($"{prefix}answers", side.Answers, now, step.Number));
                measured.Add(new RunMetric($"{prefix}error_share", side.ErrorShare, now, step.Number));
                measured.Add(new RunMetric($"{prefix}milliseconds", side.Milliseconds, now, step.Number));
                measured.AddRange(side.Silhouette is double silhouette ? [new RunMetric($"{prefix}silhouette", silhouette, now, step.Number)] : []);
            }
        }

        // A look that is repeated after a crash takes the place of the one before.
        await runs.ChangeAsync(step.Plan.RunId, run => run with { Metrics = [.. run.Metrics.Where(m => m.Step != step.Number), .. measured] }, cancellationToken);
        return report;
    }

    /// <summary>Ends a rollout: the version goes into production, or is a candidate again.</summary>
    /// <returns>The stages after it.</returns>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task<StageResult> EndAsync(RolloutEnd end, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(end);
        StageOrder order = new(end.Plan.Who, end.Reason);
        StageResult result = await versions.EndCanaryAsync(end.Plan.TechCenter, end.Plan.Version, end.Promoted, order, cancellationToken);
        bool promoted = result.Stage == ModelStage.Production;
        await runs.ChangeAsync(
            end.Plan.RunId,
            run => run with
            {
                State = promoted || end.EndedOutside ? RunState.Finished : RunState.Failed,
                EndedAt = run.EndedAt ?? clock.GetUtcNow(),
                Tags = new Dictionary<string, string>(run.Tags, StringComparer.Ordinal) { ["outcome"] = promoted ? "promoted" : end.EndedOutside ? "ended from outside" : "rolled back", ["reason"] = end.Reason },
            },
            cancellationToken);
        if (!promoted && !end.EndedOutside)
        {
            PipelineMetrics.RolledBack.Add(1, PipelineMetrics.TechCenter(end.Plan.TechCenter));
        }

        return result;
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A version that is to be brought into production step by step.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Folder">Its folder in the object store.</param>
/// <param name="Version">The version.</param>
/// <param name="BlueGreen">Whether its share grows in steps; otherwise it is on trial with the share that it has.</param>
/// <param name="Who">Who wants it.</param>
/// <param name="BegunAt">When it was asked for, in UTC: the same version may be rolled out again later.</param>
/// <param name="TraceParent">What asked for it, as a W3C <c>traceparent</c>; null where it is not known.</param>
public sealed record RolloutPlan(string TechCenter, string Folder, string Version, bool BlueGreen, string Who, DateTimeOffset BegunAt, string? TraceParent = null) : ITraced
{
    /// <summary>The name that a version's rollouts share: two of them at once are one.</summary>
    public string Instance => $"rollout-{Folder}-{Version}";

    /// <summary>The run that it is kept as.</summary>
    public string RunId => RunLog.IdOf("rollout", TechCenter, Version, BegunAt.UtcTicks.ToString(CultureInfo.InvariantCulture));
}

/// <summary>A step of a rollout.</summary>
/// <param name="Plan">The rollout.</param>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Percent">The share that the version has.</param>
public sealed record RolloutStep(RolloutPlan Plan, int Number, int Percent);

/// <summary>How a rollout ends.</summary>
/// <param name="Plan">The rollout.</param>
/// <param name="Promoted">Whether the version goes into production.</param>
/// <param name="Reason">Why.</param>
/// <param name="EndedOutside">Whether something else had ended it: a person, or another version that was promoted meanwhile. The version was not worse then, and nobody has to be told.</param>
public sealed record RolloutEnd(RolloutPlan Plan, bool Promoted, string Reason, bool EndedOutside = false);
