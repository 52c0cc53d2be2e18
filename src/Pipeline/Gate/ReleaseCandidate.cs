using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Gate;

/// <summary>The use case behind every training: the version that it published is tested, and goes where the policy of its tech center says.</summary>
public sealed class ReleaseCandidate(ModelStore models, ModelGate gate, GateOptions options, TimeProvider clock)
{
    /// <summary>Tests a candidate and settles its stage. Done again, it changes nothing: a version is judged once.</summary>
    /// <param name="candidate">The version's manifest.</param>
    /// <param name="rows">The incidents of its window.</param>
    /// <param name="cancellationToken">Stops before the stage is changed.</param>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    /// <exception cref="EmbedderException">The embedder does not answer.</exception>
    public async Task<Release> RunAsync(ModelManifest candidate, IReadOnlyList<PreprocessedIncident> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        while (true)
        {
            CenterStages seen = await models.Stages.ReadAsync(candidate.TechCenter, cancellationToken);
            if (seen.Find(candidate.Version) is { Passed: not null } judged && await gate.FindAsync(candidate, cancellationToken) is ModelValidation known)
            {
                return new Release(judged.Stage, known, seen.Production?.Version);
            }

            ModelValidation validation = await gate.RunAsync(candidate, rows, cancellationToken);
            StageReason reason = new(clock.GetUtcNow(), $"training {candidate.TrainingRun}", "");

            // It was compared with what served then; where another has taken that place meanwhile, it is compared with that one.
            bool superseded = false;
            CenterStages settled = await models.Stages.ChangeAsync(
                candidate.TechCenter,
                stages =>
                {
                    superseded = !stages.HasSameProduction(seen);
                    return superseded || stages.Find(candidate.Version).Passed is not null ? stages : Settle(stages, candidate, validation, reason);
                },
                cancellationToken);
            if (superseded)
            {
                continue;
            }

            foreach (GateTest failed in validation.Failed)
            {
                PipelineMetrics.GateRefused.Add(1, PipelineMetrics.TechCenter(candidate.TechCenter), new("test", failed.Name));
            }

            return new Release(settled.Find(candidate.Version).Stage, validation, settled.Production?.Version);
        }
    }

    private CenterStages Settle(CenterStages stages, ModelManifest candidate, ModelValidation validation, StageReason reason)
    {
        if (!validation.Passed)
        {
            return stages.Judge(candidate.Version, passed: false, reason with { Why = $"The gate refused it. {validation.Reasons}" });
        }

        PromotionPolicy policy = stages.Policy ?? options.Policy;
        bool older = stages.Production is StagedVersion production && ModelVersionId.Parse(production.Version) > candidate.Id;
        string why = older ? $"It passed the gate, and is older than {stages.Production!.Version}, which serves on."
            : policy == PromotionPolicy.Manual ? "It passed the gate, and waits for a person."
            : "It passed the gate.";
        CenterStages judged = stages.Judge(candidate.Version, passed: true, reason with { Why = why });
        return older || policy == PromotionPolicy.Manual ? judged
            : policy == PromotionPolicy.Canary && stages.Production is not null && stages.Canary is null ? judged.BeginCanary(candidate.Version, options.CanaryPercent, reason with { Why = "The policy is canary." })
            : policy == PromotionPolicy.Canary && stages.Canary is not null ? judged
            : judged.Promote(candidate.Version, reason with { Why = $"It passed the gate, and the policy is {policy.ToString().ToLowerInvariant()}." });
    }
}

/// <summary>What became of a candidate.</summary>
/// <param name="Stage">Its stage.</param>
/// <param name="Validation">What the gate found.</param>
/// <param name="Serving">The version that serves; null where none does.</param>
public sealed record Release(ModelStage Stage, ModelValidation Validation, string? Serving);
