using System.Globalization;
using Pipeline.Alerts;
using Pipeline.Classification;
using Pipeline.Measures;
using Pipeline.Storage;
using Pipeline.Telemetry;
using Pipeline.Training;

namespace Pipeline.Monitoring;

/// <summary>
/// Writes what was measured into the table of measures: at the end of every preprocessing, prediction and training, and by the clock. A warehouse that does not answer stops nothing:
/// what could not be written is written the next time.
/// </summary>
public sealed class NoteMeasures(IMeasures measures, ISettingsTable settings, MeasureCollector collector, RaiseAlert raise) : IDisposable
{
    private const int MostWaiting = 10_000;
    private const string LagSetting = "watch.predicted-until:";

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, string> _versions = new(StringComparer.Ordinal);
    private readonly List<Measure> _waiting = [];

    /// <summary>Notes what was measured until now.</summary>
    /// <returns>How many measures were written.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _waiting.AddRange(collector.Drain().Select(m => m.TechCenter is not null && _versions.TryGetValue(m.TechCenter, out string? version) ? m with { Version = version } : m));
            _waiting.RemoveRange(0, Math.Max(0, _waiting.Count - MostWaiting));
            await measures.SaveMeasuresAsync([.. _waiting], cancellationToken);
            int written = _waiting.Count;
            _waiting.Clear();
            return written;
        }
        catch (WarehouseException)
        {
            PipelineMetrics.Fail(PipelineOperation.Watch);
            return 0;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Notes a prediction: also how long incidents waited for it, and which model cannot be used, of which somebody is told.</summary>
    /// <param name="outcomes">What <see cref="PredictIncidents"/> did.</param>
    /// <param name="begunAt">When it began, in UTC.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public async Task AfterPredictionAsync(IReadOnlyList<PredictionOutcome> outcomes, DateTimeOffset begunAt, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        try
        {
            foreach (PredictionOutcome outcome in outcomes)
            {
                if (outcome.Version is not null)
                {
                    Remember(outcome);
                }

                if (outcome.Failed || (outcome.Version is not null && outcome.Detail is not null))
                {
                    await raise.RunAsync(new AlertEvent(AlertRules.ModelUnusable, outcome.Detail ?? "The prediction failed.", outcome.TechCenter), cancellationToken);
                }
                else
                {
                    await MeasureLagAsync(outcome.TechCenter, begunAt, cancellationToken);
                }
            }
        }
        catch (WarehouseException)
        {
            PipelineMetrics.Fail(PipelineOperation.Watch);
        }

        await RunAsync(cancellationToken);
    }

    /// <summary>Notes the training of a tech center, and tells somebody where the gate refused its version.</summary>
    /// <param name="outcome">How it ended.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public async Task AfterTrainingAsync(TrainingOutcome outcome, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        if (outcome.FailedTests is string failed)
        {
            await TellAsync(new AlertEvent(AlertRules.GateRefused, $"The version {outcome.Version} failed: {failed}. The one before serves on. {outcome.Detail}".TrimEnd(), outcome.TechCenter, outcome.Version), cancellationToken);
        }

        await RunAsync(cancellationToken);
    }

    /// <summary>Tells somebody of an event. A warehouse that does not answer stops nothing.</summary>
    public async Task TellAsync(AlertEvent happened, CancellationToken cancellationToken = default)
    {
        try
        {
            await raise.RunAsync(happened, cancellationToken);
        }
        catch (WarehouseException)
        {
            PipelineMetrics.Fail(PipelineOperation.Watch);
        }
    }

    /// <summary>Frees the gate.</summary>
    public void Dispose() => _turn.Dispose();

    private void Remember(PredictionOutcome outcome)
    {
        lock (_versions)
        {
            _versions[outcome.TechCenter] = outcome.Version!;
        }
    }

    // An incident that arrived after the last prediction began has been predicted for the first time now.
    private async Task MeasureLagAsync(string techCenter, DateTimeOffset begunAt, CancellationToken cancellationToken)
    {
        string name = LagSetting + techCenter;
        if (await settings.GetSettingAsync(name, cancellationToken) is string text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset since))
        {
            foreach (double seconds in await measures.ReadLagsAsync(techCenter, since, cancellationToken))
            {
                PipelineMetrics.PredictionLag.Record(seconds, PipelineMetrics.TechCenter(techCenter));
            }
        }

        await settings.SetSettingAsync(name, begunAt.ToString("O", CultureInfo.InvariantCulture), cancellationToken);
    }
}
