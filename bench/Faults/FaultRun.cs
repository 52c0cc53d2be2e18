using System.Globalization;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Adapters.Local;
using Pipeline.Alerts;
using Pipeline.Classification;
using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Recovery;
using Pipeline.Requests;
using Pipeline.Rollout;
using Pipeline.Storage;
using Pipeline.Training;
using Pipeline.Triggers;

namespace Pipeline.Bench.Faults;

/// <summary>
/// The whole pipeline in this process over stores that go wrong by a seed: incidents come in, are preprocessed, trained on, predicted; a version is promoted; all is backed up and restored elsewhere.
/// Each step is tried again until it succeeds, as the hosts do; then the faults cease, and what must hold is checked.
/// </summary>
internal sealed class FaultRun : IAsyncDisposable
{
    private const string Center = "Network";
    private const int MostTries = 60;
    private static readonly string[] Problems = ["Printer {0} shows a paper jam and does not print on floor {1}", "VPN connection drops every few minutes from {0} tunnel {1} lost", "Outlook mailbox quota exceeded archive {0} full {1}"];
    private static readonly string[] Words = ["amber", "birch", "cedar", "dahlia", "elder", "fern", "ginger"];

    private readonly string _folder;
    private readonly FaultPlan _plan;
    private readonly Dictionary<string, Incident> _acknowledged = new(StringComparer.Ordinal);
    private readonly HashSet<string> _alerts = new(StringComparer.Ordinal);
    private readonly List<string> _violations = [];
    private readonly List<ServiceProvider> _opened = [];

    private FaultRun(string folder, int seed, double share) => (_folder, _plan) = (folder, new FaultPlan(seed, share));

    /// <summary>Runs one seed.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="share">The share of calls that go wrong, 0 to 1.</param>
    /// <param name="folder">A folder of its own.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    public static async Task<FaultOutcome> RunAsync(int seed, double share, string folder, CancellationToken cancellationToken)
    {
        await using FaultRun run = new(folder, seed, share);
        await run.RunAsync(cancellationToken);
        return new FaultOutcome(seed, run._plan.Faults, run._violations);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ServiceProvider opened in _opened)
        {
            await opened.DisposeAsync();
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        ServiceProvider first = Compose("first");
        await first.GetRequiredService<SqliteWarehouse>().InitializeAsync(cancellationToken);
        _plan.Active = true;
        for (int round = 0; round < 2; round++)
        {
            await ImportAsync(first, round * 45, 45, cancellationToken);
            await TryAsync("preprocess", () => first.GetRequiredService<PreprocessIncidents>().RunAsync(cancellationToken: cancellationToken));
            await TryAsync("train", async () => await TrainAsync(first, cancellationToken));
            await TryAsync("predict", () => PredictAsync(first, cancellationToken));
            await TryAsync("alert", async () => _alerts.Add((await first.GetRequiredService<RaiseAlert>().RunAsync(new AlertEvent(AlertRules.Test, $"round {round}", Subject: round.ToString(CultureInfo.InvariantCulture)), cancellationToken)).Id));
            await TryAsync("backup", () => first.GetRequiredService<CreateBackup>().RunAsync(round == 0 ? BackupType.Full : BackupType.Incremental, "faults", progress: null, cancellationToken));
        }

        await TryAsync("promote", () => PromoteAsync(first, cancellationToken));
        await TryAsync("predict", () => PredictAsync(first, cancellationToken));
        await CheckAsync("before", first, cancellationToken);
        await TryAsync("backup", () => first.GetRequiredService<CreateBackup>().RunAsync(BackupType.Incremental, "faults", progress: null, cancellationToken));
        ServiceProvider second = Compose("second");
        await second.GetRequiredService<SqliteWarehouse>().InitializeAsync(cancellationToken);
        await TryAsync("restore", () => second.GetRequiredService<RestoreBackup>().RunAsync(new RestoreOrder(BackupStore.Latest, Replace: true), progress: null, cancellationToken));
        await CheckAsync("after the restore", second, cancellationToken);
        StoredState then = await StateAsync(first, cancellationToken), now = await StateAsync(second, cancellationToken);
        _violations.AddRange(then.DifferencesFrom(now).Select(difference => $"restore: {difference} differs"));
    }

    // A batch counts as acknowledged when its call has come back.
    private async Task ImportAsync(ServiceProvider services, int from, int count, CancellationToken cancellationToken)
    {
        foreach (int[] batch in Enumerable.Range(from, count).Chunk(15))
        {
            Incident[] incidents =
            [
                .. batch.Select(i => new Incident
                {
                    Number = FormattableString.Invariant($"INC{i:D4}"),
                    CreatedOn = new DateTimeOffset(2026, 2, 1, 8, 0, 0, TimeSpan.Zero).AddDays(i),
                    Texts = [string.Format(CultureInfo.InvariantCulture, Problems[i % Problems.Length], Words[i * 5 % Words.Length], Words[i * 3 % Words.Length])],
                    TechCenter = Center,
                }),
            ];
            await TryAsync("import", () => services.GetRequiredService<IIncidents>().UpsertIncidentsAsync(incidents, cancellationToken));
            foreach (Incident incident in incidents)
            {
                _acknowledged[incident.Number] = incident;
            }
        }
    }

    private static async Task TrainAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        TrainingSteps steps = services.GetRequiredService<TrainingSteps>();
        TrainingRecord record = await steps.RunAsync(await services.GetRequiredService<TrainingPlanner>().PlanAsync(new TrainingRequest(), cancellationToken), cancellationToken: cancellationToken);
        if (record.TechCenters.FirstOrDefault(c => c.Status == TrainingStatus.Failed) is TrainingOutcome failed)
        {
            throw new WarehouseException(failed.Detail ?? "The training failed.");
        }

        await steps.CloseAsync(record, cancellationToken);
    }

    private static async Task PredictAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        if ((await services.GetRequiredService<PredictIncidents>().RunAsync(cancellationToken: cancellationToken)).FirstOrDefault(p => p.Failed) is PredictionOutcome failed)
        {
            throw new WarehouseException(failed.Detail ?? "The prediction failed.");
        }
    }

    private static async Task PromoteAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        ModelStore models = services.GetRequiredService<ModelStore>();
        ModelManifest newest = (await models.ListAsync(Center, cancellationToken))[^1];
        if (string.Equals((await models.Stages.ReadAsync(Center, cancellationToken)).Production?.Version, newest.Version, StringComparison.Ordinal))
        {
            // By the gate, or by a try whose answer was lost.
            return;
        }

        await services.GetRequiredService<ManageVersions>().PromoteAsync(Center, newest.Version, new StageOrder("faults", "The drill wants it.", Force: true), cancellationToken);
    }

    private async Task TryAsync(string step, Func<Task> work)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                await work();
                return;
            }
            catch (Exception e) when (e is WarehouseException or ObjectStoreException or TrainingFailedException || e.InnerException is WarehouseException or ObjectStoreException)
            {
                if (tries == MostTries)
                {
                    _violations.Add($"{step}: gave up after {tries} tries: {e.Message}");
                    return;
                }

                // As long as a host waits before it tries again.
                _plan.Clock.Advance(TimeSpan.FromSeconds(30));
            }
            catch (Exception e) when (e is ModelException or RequestException or InvalidOperationException or KeyNotFoundException or NullReferenceException or ArgumentException)
            {
                _violations.Add($"{step}: {e.GetType().Name}: {e.Message}");
                return;
            }
        }
    }

    private async Task CheckAsync(string when, ServiceProvider services, CancellationToken cancellationToken)
    {
        _plan.Active = false;
        Require(await LostAsync(services, cancellationToken), "an acknowledged incident is lost, doubled or another");
        SqliteWarehouse warehouse = services.GetRequiredService<SqliteWarehouse>();
        TechCenterStatistics counts = (await warehouse.ReadStatisticsAsync(cancellationToken)).Single();
        Require(counts.Preprocessed == _acknowledged.Count, $"{counts.Preprocessed} of {_acknowledged.Count} incidents are preprocessed");
        ModelStore models = services.GetRequiredService<ModelStore>();
        ModelManifest? serving = await models.FindServingAsync(Center, cancellationToken);
        Require(serving is not null, "no version serves");
        if (serving is not null)
        {
            FittedModel.Load(serving, await models.ReadAsync(serving, cancellationToken));
            PredictedIncident[] predicted = await warehouse.ReadPredictedAsync(Center, cancellationToken).ToArrayAsync(cancellationToken);
            Require(predicted.Length == _acknowledged.Count && predicted.All(p => p.Prediction.ModelVersion.EndsWith("/" + serving.Version, StringComparison.Ordinal)), $"{predicted.Length} of {_acknowledged.Count} incidents are predicted, or not by {serving.Version}, which serves");
        }

        foreach (ListedVersion version in await models.ListWithDamagedAsync(Center, cancellationToken))
        {
            Require(version.Problem is null, version.Problem ?? "");
        }

        string[] alerts = [.. (await warehouse.ReadAlertsAsync(1000, cancellationToken: cancellationToken)).Select(a => a.Id)];
        Require(_alerts.All(alerts.Contains) && alerts.Distinct(StringComparer.Ordinal).Count() == alerts.Length, "an alert is lost or doubled");
        foreach (BackupManifest backup in await new BackupStore(Second).ListAsync(cancellationToken))
        {
            Require((await new VerifyBackup(new BackupStore(Second)).RunAsync(backup.Id, progress: null, cancellationToken)).Sound, $"the backup {backup.Id} is damaged");
        }

        Require((await services.GetRequiredService<EmergencyStop.OperatingModes>().ReadAsync(cancellationToken)).State == EmergencyStop.OperatingState.Running, "the pipeline is not running");
        _plan.Active = true;

        void Require(bool holds, string violation)
        {
            if (!holds)
            {
                _violations.Add($"{when}: {violation}");
            }
        }
    }

    private async Task<bool> LostAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        IReadOnlyList<IncidentChange> stored = await services.GetRequiredService<SqliteWarehouse>().ReadChangesAsync(0, 10_000, cancellationToken);
        return stored.Count == _acknowledged.Count && stored.All(s => _acknowledged.TryGetValue(s.Incident.Number, out Incident? sent) && sent.Texts.SequenceEqual(s.Incident.Texts, StringComparer.Ordinal) && sent.CreatedOn == s.Incident.CreatedOn);
    }

    private async Task<StoredState> StateAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        _plan.Active = false;
        return await StoredState.ReadAsync(services.GetRequiredService<SqliteWarehouse>(), new FileObjectStore(Path.Combine(_folder, services == _opened[0] ? "first" : "second", "objects")), cancellationToken);
    }

    private FileObjectStore Second => new(Path.Combine(_folder, "backups"));

    private ServiceProvider Compose(string name)
    {
        string place = Path.Combine(_folder, name);
        Directory.CreateDirectory(place);
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Training:Layouts"] = "1",
            ["Training:Dimensions"] = "8",
            ["Training:MinClusterSize"] = "6",
            ["Training:MaxDegreeOfParallelism"] = "1",
        }).Build();
        ServiceCollection services = new();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        services.AddSingleton<TimeProvider>(_plan.Clock);
        services.AddSingleton(_ => new SqliteWarehouse(Path.Combine(place, "warehouse.db"), clock: _plan.Clock));
        foreach (Type port in WarehouseServices.Ports)
        {
            services.AddSingleton(port, s => FaultyPort.Create(port, s.GetRequiredService<SqliteWarehouse>(), _plan));
        }

        services.AddSingleton((IObjectStore)FaultyPort.Create(typeof(IObjectStore), new FileObjectStore(Path.Combine(place, "objects")), _plan));
        services.AddSingleton(new BackupStore((IObjectStore)FaultyPort.Create(typeof(IObjectStore), Second, _plan)));
        services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(new LexicalEmbedder(maxDegreeOfParallelism: 1));
        ServiceProvider opened = services.AddPipeline(configuration).BuildServiceProvider();
        _opened.Add(opened);
        return opened;
    }
}

/// <summary>What a seed gave.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Faults">The faults by kind.</param>
/// <param name="Violations">What did not hold; none where all did.</param>
internal sealed record FaultOutcome(int Seed, IReadOnlyDictionary<string, int> Faults, IReadOnlyList<string> Violations);
