using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.DurableTask.Client;
using Pipeline.LocalHost.Hosting.Blobs;
using Pipeline.LocalHost.Hosting.Functions;
using Pipeline.LocalHost.Hosting.Http;
using Pipeline.LocalHost.Hosting.Invocations;
using Pipeline.LocalHost.Hosting.Timers;
using Pipeline.Monitoring;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Hosting.Page;

/// <summary>Gathers what the desk shows of this host, of which a replica has no schedules and no trainings. What is stored is counted at most every few seconds, however many pages are open.</summary>
internal sealed class StatusBoard(FunctionCatalog catalog, HostSettings settings, HostJson hostJson, ProgressBoard progress, InvocationLog invocations, PipelineMonitor monitor, TimeProvider clock, TimerTriggers? timers = null, BlobTriggers? blobs = null, DurableTaskClient? orchestrations = null) : IDisposable
{
    private const int ShownInvocations = 100;
    private const string ApiDocument = "openapi.json";
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    private readonly DateTimeOffset _started = clock.GetUtcNow();
    private readonly SemaphoreSlim _counting = new(1);
    private (DateTimeOffset At, PipelineStatus? Status, string? Problem) _counted;

    /// <summary>Gathers the state of now.</summary>
    public async Task<HostStatus> GatherAsync(CancellationToken cancellationToken)
    {
        (_, PipelineStatus? stored, string? problem) = await CountAsync(cancellationToken);
        HttpFunction? api = catalog.Http.FirstOrDefault(f => string.Equals(f.Route, ApiDocument, StringComparison.OrdinalIgnoreCase));
        return new HostStatus(
            clock.GetUtcNow(),
            _started,
            typeof(StatusBoard).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0],
            settings.Development,
            api is null ? null : $"/{hostJson.RoutePrefix}/{ApiDocument}",
            [.. await TrainingsAsync(cancellationToken), .. progress.Current],
            timers?.Views ?? [],
            [.. invocations.Recent().Take(ShownInvocations)],
            blobs?.Poison() ?? [],
            stored,
            problem);
    }

    // Other work tells the board of this process itself, incident by incident.
    private async Task<IReadOnlyList<PipelineProgress>> TrainingsAsync(CancellationToken cancellationToken) =>
        orchestrations is null ? [] : [.. (await RunningWork.ListAsync(orchestrations, cancellationToken)).Where(work => work.Stage is RunningWork.Training)];

    public void Dispose() => _counting.Dispose();

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The page shows why the counts are missing.")]
    private async Task<(DateTimeOffset At, PipelineStatus? Status, string? Problem)> CountAsync(CancellationToken cancellationToken)
    {
        await _counting.WaitAsync(cancellationToken);
        try
        {
            if (clock.GetUtcNow() - _counted.At >= Freshness)
            {
                PipelineStatus status = await monitor.StatusAsync(cancellationToken);
                _counted = (clock.GetUtcNow(), status, null);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _counted = (clock.GetUtcNow(), null, FunctionInvoker.Explain(e));
        }
        finally
        {
            _counting.Release();
        }

        return _counted;
    }
}
