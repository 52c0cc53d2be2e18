using System.Globalization;
using Pipeline.Classification;
using Pipeline.Gate;
using Pipeline.Models;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Runs;
using Pipeline.Storage;

namespace Pipeline.Forecasting;

/// <summary>
/// The use case of learning to forecast: of a tech center's weekly counts and those of its problems, what each method counts for, how far the ensemble errs and what a holiday takes away. What is learned is a
/// version, tested on the newest weeks beside the one that serves, written down as a run, and put into production where it does no worse and the policy is <see cref="PromotionPolicy.Auto"/>.
/// </summary>
public sealed class TrainForecasts(IPredictions predictions, CompanyWeeks company, ModelStore models, ModelDirectory directory, ForecastStore store, RunLog runs, HolidayCalendar calendar, GateOptions gate, TimeProvider clock)
{
    // A version that errs more than this beside the one that serves does not take its place by itself.
    private const double MostError = 1.05;
    private const int MostRevisions = 100;

    /// <summary>The tech centers to train, in ordinal order.</summary>
    /// <param name="techCenter">One, by name or folder; null for all that have problems.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There is no such tech center.</exception>
    /// <exception cref="ModelException">No manifest can be read.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(string? techCenter = null, CancellationToken cancellationToken = default) =>
        techCenter is null ? await directory.ListAsync(cancellationToken) : [await directory.ResolveAsync(techCenter, cancellationToken: cancellationToken)];

    /// <summary>Learns where the version of the problems that serves has no forecasts yet: after a training, and a promotion.</summary>
    /// <returns>What was learned; null where there is nothing new, or nothing to learn from.</returns>
    /// <exception cref="ModelException">The version is damaged.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task<ForecastTraining?> RefreshAsync(string techCenter, CancellationToken cancellationToken = default)
    {
        CenterStages stages = await store.ReadStagesAsync(techCenter, cancellationToken);
        string? served = (await models.Stages.ReadAsync(techCenter, cancellationToken)).Production?.Version;
        return served is null || (stages.Versions.Count > 0 && await store.FindAsync(techCenter, stages.Versions[^1].Version, cancellationToken) is ForecastModel newest && string.Equals(newest.Problems, served, StringComparison.Ordinal))
            ? null
            : await RunAsync(techCenter, cancellationToken);
    }

    /// <summary>Learns. Where nothing has changed since the newest version, that is what it gives.</summary>
    /// <param name="techCenter">The tech center's name.</param>
    /// <param name="cancellationToken">Stops before the version is written.</param>
    /// <returns>What was learned; null where no problem and not all incidents together have enough whole weeks.</returns>
    /// <exception cref="ModelException">The version of the problems is damaged.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task<ForecastTraining?> RunAsync(string techCenter, CancellationToken cancellationToken = default)
    {
        DateTimeOffset began = clock.GetUtcNow();
        DateOnly running = (await company.ReadAsync(cancellationToken)).Next;
        if (await CenterCounts.ReadAsync(predictions, models, techCenter, running, clock, cancellationToken) is not CenterCounts counts || counts.Volume.Counts.Count < CountForecaster.LeastHistory)
        {
            return null;
        }

        ForecastModel draft = Learn(techCenter, counts, began);
        CenterStages stages = await store.ReadStagesAsync(techCenter, cancellationToken);
        if (stages.Versions.Count > 0 && await store.FindAsync(techCenter, stages.Versions[^1].Version, cancellationToken) is ForecastModel newest && SameAs(newest, draft) && await runs.FindAsync(RunOf(newest), cancellationToken) is RunRecord known)
        {
            return Outcome(newest, stages, known.LastMetrics());
        }

        ForecastModel model = await WriteAsync(draft, stages, cancellationToken);
        ForecastModel? serving = await store.FindServingAsync(techCenter, cancellationToken);
        ForecastEvidence evidence = ForecastEvidence.Of(counts, calendar, serving);
        bool passed = evidence.Mase is not double mase || evidence.Serving is not double before || mase <= before * MostError;
        StageReason reason = new(clock.GetUtcNow(), "forecast training", evidence.Reason(passed));
        stages = await store.ChangeStagesAsync(techCenter, present => present.Find(model.Version).Passed is null ? Settle(present, model.Version, passed, reason) : present, cancellationToken);
        await runs.WriteAsync(Run(model, counts, evidence, stages, passed, began), cancellationToken);
        return Outcome(model, stages, evidence.Measures());
    }

    private ForecastModel Learn(string techCenter, CenterCounts counts, DateTimeOffset began)
    {
        CountFit volume = CountForecaster.Fit(counts.Volume, calendar, HolidayEffect.Default);
        return new ForecastModel
        {
            Format = ForecastModel.CurrentFormat,
            TechCenter = techCenter,
            Version = string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(counts.Volume.Next.ToDateTime(TimeOnly.MinValue))}_w{ISOWeek.GetWeekOfYear(counts.Volume.Next.ToDateTime(TimeOnly.MinValue)):00}"),
            Problems = counts.Version,
            TrainedAt = began,
            Until = counts.Volume.Next,
            Volume = new SeriesFit(counts.Volume.Total, volume),
            OfProblems = counts.OfProblems
                .Where(p => p.Value.Counts.Count >= CountForecaster.LeastHistory)
                .ToDictionary(p => p.Key, p => new SeriesFit(p.Value.Total, CountForecaster.Fit(p.Value, calendar, volume.Holidays))),
        };
    }

    private async Task<ForecastModel> WriteAsync(ForecastModel draft, CenterStages stages, CancellationToken cancellationToken)
    {
        string week = draft.Version;
        for (int revision = 1; revision <= MostRevisions; revision++)
        {
            ForecastModel named = draft with { Version = revision == 1 ? week : string.Create(CultureInfo.InvariantCulture, $"{week}_r{revision}") };
            if (stages.Versions.Any(v => string.Equals(v.Version, named.Version, StringComparison.Ordinal)))
            {
                continue;
            }

            if (await store.WriteAsync(named, cancellationToken))
            {
                return named;
            }

            // Another training of the same is at it just now, or one was killed before the version had a stage.
            if (await store.FindAsync(named.TechCenter, named.Version, cancellationToken) is ForecastModel twin && SameAs(twin, draft))
            {
                return twin;
            }
        }

        throw new ObjectStoreException($"{ForecastStore.PathOf(draft.TechCenter, week)} and {MostRevisions - 1} revisions of it are there already. Remove old ones from that folder.");
    }

    private CenterStages Settle(CenterStages stages, string version, bool passed, StageReason reason)
    {
        CenterStages judged = stages.Judge(version, passed, reason);
        return passed && (stages.Policy ?? gate.Policy) == PromotionPolicy.Auto ? judged.Promote(version, reason) : judged;
    }

    private static bool SameAs(ForecastModel newest, ForecastModel draft) =>
        string.Equals(newest.Problems, draft.Problems, StringComparison.Ordinal) && newest.Until == draft.Until && newest.Volume?.Total == draft.Volume?.Total && newest.Volume?.Fit.Holidays == draft.Volume?.Fit.Holidays
        && newest.OfProblems.Count == draft.OfProblems.Count && newest.OfProblems.All(p => draft.OfProblems.TryGetValue(p.Key, out SeriesFit? fit) && fit.Total == p.Value.Total);

    private static string RunOf(ForecastModel model) => RunLog.IdOf("forecast", model.TechCenter, model.Version);

    private static ForecastTraining Outcome(ForecastModel model, CenterStages stages, IReadOnlyDictionary<string, double> measures) =>
        new(model.TechCenter, model.Version, stages.Find(model.Version).Stage, model.OfProblems.Count, RunOf(model), measures);

    private RunRecord Run(ForecastModel model, CenterCounts counts, ForecastEvidence evidence, CenterStages stages, bool passed, DateTimeOffset began)
    {
        DateTimeOffset ended = clock.GetUtcNow();
        IReadOnlyList<EnsembleFit> fits = [.. model.OfProblems.Values.Append(model.Volume!).Select(f => f.Fit.Ensemble)];
        return new RunRecord
        {
            Id = RunOf(model),
            Kind = RunKind.Forecast,
            TechCenter = model.TechCenter,
            Name = $"forecast {model.Version}",
            State = RunState.Finished,
            StartedAt = began,
            EndedAt = ended,
            Parameters = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["forecaster"] = "ensemble",
                ["methods"] = string.Join(",", ForecastMethods.All.Select(m => m.Name)),
                ["season"] = Number(CountForecaster.Season),
                ["horizon"] = Number(CountForecaster.MostWeeks),
                ["test_weeks"] = Number(ForecastTest.Weeks),
                ["problems"] = model.Problems,
                ["data.until"] = model.Until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                ["data.weeks"] = Number(counts.Volume.Counts.Count),
                ["holidays"] = calendar.IsEmpty ? "none" : "set",
            },
            Metrics =
            [
                .. evidence.Measures().Select(m => new RunMetric(m.Key, m.Value, ended)),
                .. ForecastMethods.All.Select(m => new RunMetric($"weight.{m.Name}", Math.Round(fits.Average(f => f.Methods.FirstOrDefault(w => string.Equals(w.Method, m.Name, StringComparison.Ordinal))?.Weight ?? 0), 4), ended)),
                new RunMetric("holiday_effect", model.Volume!.Fit.Holidays.Share, ended),
            ],
            Tags = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["version"] = model.Version,
                ["gate"] = passed ? "passed" : "refused",
                ["stage"] = stages.Find(model.Version).Stage.ToString().ToLowerInvariant(),
                ["reason"] = evidence.Reason(passed),
            },
            Artifacts = ForecastStore.PathOf(model.TechCenter, model.Version),
        };
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What was learned of a tech center.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Version">The version.</param>
/// <param name="Stage">What it is used for.</param>
/// <param name="Problems">The problems that it knows.</param>
/// <param name="Run">The run's id.</param>
/// <param name="Measures">What was measured on the newest weeks, by name.</param>
public sealed record ForecastTraining(string TechCenter, string Version, ModelStage Stage, int Problems, string Run, IReadOnlyDictionary<string, double> Measures);
