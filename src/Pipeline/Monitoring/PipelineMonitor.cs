using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.AI;
using Pipeline.EmergencyStop;
using Pipeline.Incidents;
using Pipeline.Keys;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Storage;
using Pipeline.Telemetry;
using Pipeline.Training;

namespace Pipeline.Monitoring;

/// <summary>Tells the pipeline's state, and checks that everything it needs is configured, reachable and sound.</summary>
public sealed class PipelineMonitor(ITechCenters techCenters, IPreprocessedIncidents preprocessed, ISettingsTable settings, IObjectStore objects, ModelStore models, TunedCenters tuned, PreprocessIncidents preprocess, IEmbeddingGenerator<string, Embedding<float>> embedder, OperatingModes modes, TimeProvider clock, InstanceRole? role = null, WatchKeys? keys = null)
{
    private const string ProbeObject = "validation/probe";
    private const string ProbeSetting = "validated";
    private const string WatchSetting = "watched";

    /// <summary>Counts, ages and versions per tech center.</summary>
    public async Task<PipelineStatus> StatusAsync(CancellationToken cancellationToken = default)
    {
        List<TechCenterStatus> centers = [];
        foreach (TechCenterStatistics s in await techCenters.ReadStatisticsAsync(cancellationToken))
        {
            Measure(s);
            IReadOnlyList<ListedVersion> versions = await models.ListWithDamagedAsync(s.TechCenter, cancellationToken);
            CenterStages stages = await models.Stages.ReadAsync(s.TechCenter, cancellationToken);
            ModelManifest? latest = stages.ServingOrder.Select(name => versions.FirstOrDefault(v => string.Equals(v.Manifest?.Version, name, StringComparison.Ordinal))?.Manifest).OfType<ModelManifest>().FirstOrDefault();
            string[] unreadable = [.. versions.Select(v => v.Problem).OfType<string>()];
            string[] problems = [.. unreadable, .. new[] { stages.Damage, await tuned.FindProblemAsync(s.TechCenter, cancellationToken) }.OfType<string>()];
            double? age = latest is null ? null : Math.Round((clock.GetUtcNow() - latest.CreatedAt).TotalDays, 2);
            centers.Add(new TechCenterStatus(s.TechCenter, s.Incidents, s.Preprocessed, s.Predicted, s.Unclustered, s.NewestIncident, s.NewestPrediction, latest?.Version, versions.Count - unreadable.Length, age, latest?.ProblemCount ?? 0, latest?.Clusters ?? 0, problems.Length == 0 ? null : string.Join(' ', problems))
            {
                Canary = stages.Canary?.Version,
                Refused = [.. stages.Versions.Where(v => v.Stage == ModelStage.Candidate && v.Passed == false && latest is not null && ModelVersionId.Parse(v.Version) > latest.Id).Select(v => v.Version)],
            });
        }

        return new PipelineStatus(
            preprocess.Embedder,
            await preprocess.CountWaitingAsync(cancellationToken),
            (await preprocessed.ReadDeadLettersAsync(cancellationToken)).Count,
            centers)
        {
            Mode = await modes.ReadAsync(cancellationToken),
            Keys = await KeysAsync(cancellationToken),
        };
    }

    /// <summary>Looks how old the newest incident of each tech center is, for <see cref="PipelineMetrics.DataLag"/>.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task MeasureLagAsync(CancellationToken cancellationToken = default)
    {
        foreach (TechCenterStatistics center in await techCenters.ReadStatisticsAsync(cancellationToken))
        {
            Measure(center);
        }
    }

    /// <summary>Whether warehouse and object store answer: 1 and 0 are <see cref="PipelineMetrics.Ready"/>.</summary>
    /// <returns>What does not answer, in sentences; null where both do.</returns>
    public async Task<string?> ProbeAsync(CancellationToken cancellationToken = default)
    {
        Check[] checks = [await TryAsync("warehouse", () => WarehouseAsync(cancellationToken)), await TryAsync("object store", () => ObjectStoreAsync(cancellationToken))];
        string[] problems = [.. checks.Where(c => !c.Passed).Select(c => c.Detail)];
        PipelineMetrics.Ready.Record(problems.Length == 0 ? 1 : 0);
        return problems.Length == 0 ? null : string.Join(' ', problems);
    }

    /// <summary>Whether warehouse and object store can be read.</summary>
    public async Task<bool> AnswersAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await settings.GetSettingAsync(ProbeSetting, cancellationToken);
            await modes.ReadAsync(cancellationToken);
            return true;
        }
        catch (Exception e) when (e is WarehouseException or ObjectStoreException)
        {
            return false;
        }
    }

    /// <summary>Notes that the watch did all that was due.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be written.</exception>
    public Task NoteWatchAsync(CancellationToken cancellationToken = default) => settings.SetSettingAsync(WatchSetting, clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture), cancellationToken);

    /// <summary>When the watch last did all that was due, in UTC; null where it never did, or the warehouse does not answer.</summary>
    public async Task<DateTimeOffset?> LastWatchAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await settings.GetSettingAsync(WatchSetting, cancellationToken) is string text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) : null;
        }
        catch (WarehouseException)
        {
            return null;
        }
    }

    /// <summary>Checks one thing after the other; a failed check does not stop the ones after it.</summary>
    public async Task<IReadOnlyList<Check>> ValidateAsync(CancellationToken cancellationToken = default)
    {
        List<Check> checks =
        [
            await TryAsync("warehouse", () => WarehouseAsync(cancellationToken)),
            await TryAsync("object store", () => ObjectStoreAsync(cancellationToken)),
            await TryAsync("embedder", () => EmbedderAsync(cancellationToken)),
            await TryAsync("incidents", () => IncidentsAsync(cancellationToken)),
        ];
        IReadOnlyList<TechCenterStatistics> centers = [];
        checks.Add(await TryAsync("tech centers", async () =>
        {
            centers = await techCenters.ReadStatisticsAsync(cancellationToken);
            return string.Create(CultureInfo.InvariantCulture, $"{centers.Count} known");
        }));
        foreach (TechCenterStatistics center in centers)
        {
            checks.Add(await TryAsync($"model of {center.TechCenter}", () => ModelAsync(center.TechCenter, cancellationToken)));
        }

        foreach (KeyState certificate in (await KeysAsync(cancellationToken)).Where(key => key.DaysLeft is not null))
        {
            bool valid = certificate.State != KeyAge.Expired;
            checks.Add(new Check("certificate", valid, string.Create(CultureInfo.InvariantCulture, $"{certificate.Name} {(valid ? "is valid for" : "has expired since")} {Math.Abs(certificate.DaysLeft!.Value):0.#} days, until {certificate.Expires:yyyy-MM-dd HH:mm} UTC{(valid ? "" : ". Put another one in its place")}")));
        }

        return checks;
    }

    private async Task<IReadOnlyList<KeyState>> KeysAsync(CancellationToken cancellationToken) => keys is null ? [] : await keys.ListAsync(cancellationToken);

    private void Measure(TechCenterStatistics center)
    {
        if (center.NewestIncident is DateTimeOffset newest)
        {
            PipelineMetrics.SetNewestIncident(center.TechCenter, newest, clock);
        }
    }

    private async Task<string> WarehouseAsync(CancellationToken cancellationToken)
    {
        if (role is { IsReplica: true })
        {
            await settings.GetSettingAsync(ProbeSetting, cancellationToken);
            return "read";
        }

        string now = clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        await settings.SetSettingAsync(ProbeSetting, now, cancellationToken);
        return string.Equals(await settings.GetSettingAsync(ProbeSetting, cancellationToken), now, StringComparison.Ordinal)
            ? "written and read"
            : throw new WarehouseException("What was written is not what is read. Check the warehouse for a second writer.");
    }

    private async Task<string> ObjectStoreAsync(CancellationToken cancellationToken)
    {
        if (role is { IsReplica: true })
        {
            await modes.ReadAsync(cancellationToken);
            return "read";
        }

        byte[] content = Guid.NewGuid().ToByteArray();
        await objects.WriteAsync(ProbeObject, (stream, token) => stream.WriteAsync(content, token).AsTask(), cancellationToken: cancellationToken);
        byte[] read = new byte[content.Length];
        await using (Stream stream = await objects.OpenReadAsync(ProbeObject, cancellationToken) ?? throw new ObjectStoreException("An object that was just written is not there."))
        {
            await stream.ReadExactlyAsync(read, cancellationToken);
        }

        await objects.DeleteAsync(ProbeObject, cancellationToken);
        return read.AsSpan().SequenceEqual(content) ? "written, read and deleted" : throw new ObjectStoreException("What was written is not what is read.");
    }

    private async Task<string> EmbedderAsync(CancellationToken cancellationToken)
    {
        GeneratedEmbeddings<Embedding<float>> made = await embedder.GenerateAsync(["the printer does not print"], cancellationToken: cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"{preprocess.Embedder} answers with {made[0].Vector.Length} dimensions");
    }

    private async Task<string> IncidentsAsync(CancellationToken cancellationToken)
    {
        long waiting = await preprocess.CountWaitingAsync(cancellationToken);
        int deadLetters = (await preprocessed.ReadDeadLettersAsync(cancellationToken)).Count;
        return string.Create(CultureInfo.InvariantCulture, $"{waiting} wait for preprocessing, {deadLetters} are kept aside");
    }

    private async Task<string> ModelAsync(string techCenter, CancellationToken cancellationToken)
    {
        ModelManifest? latest = await models.FindServingAsync(techCenter, cancellationToken);
        if (((await models.Stages.ReadAsync(techCenter, cancellationToken)).Damage ?? await tuned.FindProblemAsync(techCenter, cancellationToken)) is string problem)
        {
            throw new ModelException(problem);
        }

        if (latest is null)
        {
            return "none published yet";
        }

        FittedModel.Load(latest, await models.ReadAsync(latest, cancellationToken));
        return latest.Records is not null || string.Equals(latest.Embedder, preprocess.Embedder, StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"{latest.Version}, {latest.ProblemCount} problems, checksums right")
            : throw new ModelException($"{latest.Version} was trained on the embedder '{latest.Embedder}', the configured one is '{preprocess.Embedder}'. Train again.");
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever a check throws is the check's result.")]
    private static async Task<Check> TryAsync(string name, Func<Task<string>> check)
    {
        try
        {
            return new Check(name, Passed: true, await check());
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new Check(name, Passed: false, e.Message);
        }
    }
}

/// <summary>What is stored, how old it is, and what waits.</summary>
/// <param name="Embedder">The configured embedder.</param>
/// <param name="WaitingForPreprocessing">Incidents that are new or changed since the last preprocessing.</param>
/// <param name="DeadLetters">Incidents that could not be processed.</param>
/// <param name="TechCenters">One entry per tech center, in ordinal order.</param>
public sealed record PipelineStatus(string Embedder, long WaitingForPreprocessing, int DeadLetters, IReadOnlyList<TechCenterStatus> TechCenters)
{
    /// <summary>Whether everything may go on, or a person stopped it.</summary>
    public OperatingMode Mode { get; init; } = OperatingMode.Untouched;

    /// <summary>The keys and the certificate, with their ages.</summary>
    public IReadOnlyList<KeyState> Keys { get; init; } = [];
}

/// <summary>One tech center's data and model.</summary>
/// <param name="Name">The tech center.</param>
/// <param name="Incidents">Source incidents.</param>
/// <param name="Preprocessed">Incidents that are masked and embedded.</param>
/// <param name="Predicted">Incidents with a prediction.</param>
/// <param name="Unclustered">Predicted incidents that belong to no cluster.</param>
/// <param name="NewestIncident">The newest incident's date in UTC; null where none has a date.</param>
/// <param name="NewestPrediction">When the newest prediction was made, in UTC; null where there is none.</param>
/// <param name="Version">The model version that serves, or stands in for a damaged one; null where there is none.</param>
/// <param name="Versions">How many published versions can be read.</param>
/// <param name="ModelAgeDays">Days since that version was published; null where there is none.</param>
/// <param name="Problems">Problems of that version.</param>
/// <param name="Clusters">Clusters of that version, the problems' variants.</param>
/// <param name="Problem">Which versions, or files beside them, cannot be read, and why; null where all can.</param>
public sealed record TechCenterStatus(
    string Name,
    long Incidents,
    long Preprocessed,
    long Predicted,
    long Unclustered,
    DateTimeOffset? NewestIncident,
    DateTimeOffset? NewestPrediction,
    string? Version,
    int Versions,
    double? ModelAgeDays,
    int Problems,
    int Clusters,
    string? Problem)
{
    /// <summary>The version on trial; null where there is none.</summary>
    public string? Canary { get; init; }

    /// <summary>The versions after the one that serves that the gate refused, the oldest first.</summary>
    public IReadOnlyList<string> Refused { get; init; } = [];
}

/// <summary>The result of one validation check.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="Passed">Whether it is in order.</param>
/// <param name="Detail">What was found; for a failure also how to mend it.</param>
public sealed record Check(string Name, bool Passed, string Detail);
