using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Gate;
using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Rollout;
using Pipeline.Storage;
using Pipeline.Training;
using Pipeline.Triggers;

namespace Pipeline.Bench;

/// <summary>A pipeline of one tech center in a folder, composed as the hosts compose it.</summary>
internal sealed class GateBed : IAsyncDisposable
{
    private const string Objects = "objects";

    private readonly ServiceProvider _services;

    private GateBed(ServiceProvider services) => _services = services;

    public static async Task<GateBed> OpenAsync(string folder, int seed, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Training:Seed"] = seed.ToString(CultureInfo.InvariantCulture) }).Build();
        GateBed bed = new(new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.None)).AddAdapters(configuration, folder).AddPipeline(configuration).BuildServiceProvider());
        await bed.Get<IWarehouse>().InitializeAsync(cancellationToken);
        return bed;
    }

    /// <summary>Copies the models of one folder into another, whose warehouse is empty.</summary>
    public static void CopyModels(string from, string to)
    {
        string objects = Path.Combine(from, Objects);
        foreach (string file in Directory.EnumerateFiles(objects, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Objects, Path.GetRelativePath(objects, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>Takes incidents in.</summary>
    public async Task TakeAsync(Incident[] incidents, CancellationToken cancellationToken)
    {
        await Get<IIncidents>().UpsertIncidentsAsync(incidents, cancellationToken);
        await Get<PreprocessIncidents>().RunAsync(cancellationToken: cancellationToken);
    }

    /// <summary>Trains the tech center on all that it has.</summary>
    public async Task<TrainingOutcome> TrainAsync(CancellationToken cancellationToken)
    {
        TrainingSteps steps = Get<TrainingSteps>();
        TrainingRecord record = await steps.RunAsync(await Get<TrainingPlanner>().PlanAsync(new TrainingRequest(), cancellationToken), cancellationToken: cancellationToken);
        await steps.CloseAsync(record, cancellationToken);
        return record.TechCenters.Single();
    }

    /// <summary>What the gate found.</summary>
    public async Task<ModelValidation> ValidationAsync(string version, CancellationToken cancellationToken) => (await Get<ManageVersions>().ShowAsync(GateSeries.TechCenter, version, cancellationToken)).Validation!;

    /// <summary>The version that serves.</summary>
    public async Task<string?> ServingAsync(CancellationToken cancellationToken) => (await Get<ModelStore>().Stages.ReadAsync(GateSeries.TechCenter, cancellationToken)).Production?.Version;

    /// <summary>Gives every text the vector of another.</summary>
    public async Task ShuffleAsync(int seed, CancellationToken cancellationToken)
    {
        IPreprocessedIncidents table = Get<IPreprocessedIncidents>();
        List<PreprocessedIncident> rows = await table.ReadWindowAsync(GateSeries.TechCenter, Get<PreprocessIncidents>().Embedder, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, cancellationToken).ToListAsync(cancellationToken);
        PreprocessedIncident[] different = [.. rows.DistinctBy(r => r.ContentHash, StringComparer.Ordinal)];
        ReadOnlyMemory<float>[] vectors = [.. different.Select(r => r.Embedding)];
        new Random(seed).Shuffle(vectors);
        Dictionary<string, ReadOnlyMemory<float>> ofText = different.Zip(vectors).ToDictionary(r => r.First.ContentHash, r => r.Second, StringComparer.Ordinal);
        await table.SavePreprocessedAsync([.. rows.Select(r => r with { Embedding = ofText[r.ContentHash] })], [], null, long.MaxValue, cancellationToken);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();
}
