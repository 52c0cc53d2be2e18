using Pipeline.Models;
using Pipeline.Requests;

namespace Pipeline.Classification;

/// <summary>
/// The model version that serves each tech center in memory, as many as there is memory set aside for. Safe for use by many threads: a version is loaded once
/// however many ask for it, and while another one is loaded the others go on with the one before. Versions that are asked for by name are kept beside them.
/// </summary>
public sealed class ModelCache(ModelStore models, ExampleIndexer examples, ModelCacheOptions options, TimeProvider clock, int? maxDegreeOfParallelism = null)
{
    // The vectors as they were read, scaled and packed for the search; the known texts, and the examples' embeddings.
    private const long MemoryPerFileByte = 4;

    // Between a tech center and a version in the name of an entry.
    private const char OfVersion = '\0';

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private long _uses;

    /// <summary>The tech centers whose model is in memory, in ordinal order.</summary>
    public IReadOnlyList<string> Loaded
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries.Where(e => e.Value.Model is not null && !e.Key.Contains(OfVersion, StringComparison.Ordinal)).Select(e => e.Key).Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>The version that serves a tech center, or stands in for it; null where none does.</summary>
    /// <exception cref="ModelException">Every version that served is damaged, and none is in memory.</exception>
    public async Task<LiveModel?> GetAsync(string techCenter, CancellationToken cancellationToken = default)
    {
        Entry entry = Use(techCenter);
        if (IsFresh(entry))
        {
            return entry.Model;
        }

        if (entry.Model is not LiveModel previous)
        {
            await entry.Gate.WaitAsync(cancellationToken);
        }
        else if (!await entry.Gate.WaitAsync(0, cancellationToken))
        {
            return previous;
        }

        try
        {
            return IsFresh(entry) ? entry.Model : await LoadAsync(techCenter, entry, cancellationToken);
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    /// <summary>The version on trial as it was when <see cref="GetAsync(string, CancellationToken)"/> looked last; null where there is none, or it cannot be used.</summary>
    public TrialModel? Trial(string techCenter)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(techCenter, out Entry? entry) ? entry.Trial : null;
        }
    }

    /// <summary>A version by its name, whatever its stage.</summary>
    /// <exception cref="RequestException">There is no such version.</exception>
    /// <exception cref="ModelException">It is damaged.</exception>
    public async Task<LiveModel> GetAsync(string techCenter, string version, CancellationToken cancellationToken = default)
    {
        Entry entry = Use($"{techCenter}{OfVersion}{version}");
        await entry.Gate.WaitAsync(cancellationToken);
        try
        {
            if (entry.Model is LiveModel present && IsFresh(entry))
            {
                return present;
            }

            LiveModel loaded = await LoadAsync(entry.Model?.Model.Manifest ?? await models.RequireAsync(techCenter, version, cancellationToken), entry.Model, cancellationToken);
            (entry.Model, entry.CheckedAt) = (loaded, clock.GetTimestamp());
            MakeRoom(entry);
            return loaded;
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    /// <summary>Looks at once which version serves.</summary>
    /// <returns>The version; null where none does.</returns>
    /// <exception cref="ModelException">Every version that served is damaged, and none is in memory.</exception>
    public async Task<LiveModel?> RefreshAsync(string techCenter, CancellationToken cancellationToken = default)
    {
        Entry entry = Use(techCenter);
        await entry.Gate.WaitAsync(cancellationToken);
        try
        {
            return await LoadAsync(techCenter, entry, cancellationToken);
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    private bool IsFresh(Entry entry) => entry.Model is not null && clock.GetElapsedTime(entry.CheckedAt).TotalSeconds < options.RefreshSeconds;

    // One that cannot be used is the trial's concern: production answers.
    private async Task<TrialModel?> LoadTrialAsync(string techCenter, Entry entry, CancellationToken cancellationToken)
    {
        if ((await models.Stages.ReadAsync(techCenter, cancellationToken)).Canary is not { Percent: int percent } canary)
        {
            return null;
        }

        try
        {
            return new TrialModel(await LoadAsync(await models.RequireAsync(techCenter, canary.Version, cancellationToken), entry.Trial?.Model, cancellationToken), percent);
        }
        catch (Exception e) when (e is ModelException or RequestException)
        {
            return null;
        }
    }

    private async Task<LiveModel?> LoadAsync(string techCenter, Entry entry, CancellationToken cancellationToken)
    {
        try
        {
            if (await models.LoadServingAsync(techCenter, (manifest, token) => LoadAsync(manifest, entry.Model, token), cancellationToken) is not SoundVersion<LiveModel> serving)
            {
                Forget(techCenter, entry);
                return null;
            }

            LiveModel? before = entry.Model;
            entry.Model = serving.Loaded;
            TrialModel? trial = await LoadTrialAsync(techCenter, entry, cancellationToken);
            if (!ReferenceEquals(before, serving.Loaded) || !ReferenceEquals(entry.Trial?.Model, trial?.Model))
            {
                entry.Trial = trial;
                MakeRoom(entry);
            }

            entry.Trial = trial;
        }
        catch (ModelException) when (entry.Model is not null)
        {
            // What was sound when it was loaded answers on; the readiness check reports the damage.
        }

        entry.CheckedAt = clock.GetTimestamp();
        return entry.Model;
    }

    private async Task<LiveModel> LoadAsync(ModelManifest manifest, LiveModel? present, CancellationToken cancellationToken)
    {
        if (present is not null && string.Equals(present.Model.Manifest.Version, manifest.Version, StringComparison.Ordinal))
        {
            return string.Equals(await models.Corrections.RevisionAsync(manifest.TechCenter, cancellationToken), present.Model.Corrections, StringComparison.Ordinal)
                ? present
                : present with { Model = present.Model.With(await models.Corrections.ReadAsync(manifest, present.Model.Trained, withTickets: true, cancellationToken)) };
        }

        FittedModel model = await models.LoadCorrectedAsync(manifest, maxDegreeOfParallelism, cancellationToken);
        return new LiveModel(model, await examples.BuildAsync(manifest, model.Trained, cancellationToken));
    }

    private Entry Use(string techCenter)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(techCenter, out Entry? entry))
            {
                _entries.Add(techCenter, entry = new Entry());
            }

            entry.LastUse = ++_uses;
            return entry;
        }
    }

    private void MakeRoom(Entry used)
    {
        lock (_lock)
        {
            long excess = _entries.Values.Sum(MemoryOf) - (options.Megabytes * 1_000_000L);
            foreach ((string techCenter, Entry entry) in _entries.Where(e => e.Value.Model is not null && e.Value != used).OrderBy(e => e.Value.LastUse).ToArray())
            {
                if (excess <= 0)
                {
                    return;
                }

                _entries.Remove(techCenter);
                excess -= MemoryOf(entry);
            }
        }
    }

    private static long MemoryOf(Entry entry) => MemoryPerFileByte * new[] { entry.Model, entry.Trial?.Model }.OfType<LiveModel>().SelectMany(live => live.Model.Manifest.Files).Sum(file => file.Size);

    private void Forget(string techCenter, Entry entry)
    {
        entry.Model = null;
        entry.Trial = null;
        lock (_lock)
        {
            if (_entries.TryGetValue(techCenter, out Entry? present) && ReferenceEquals(present, entry))
            {
                _entries.Remove(techCenter);
            }
        }
    }

    private sealed class Entry
    {
        private volatile LiveModel? _model;
        private volatile TrialModel? _trial;

        public SemaphoreSlim Gate { get; } = new(1, 1);

        public LiveModel? Model
        {
            get => _model;
            set => _model = value;
        }

        public TrialModel? Trial
        {
            get => _trial;
            set => _trial = value;
        }

        public long CheckedAt { get; set; }

        public long LastUse { get; set; }
    }
}

/// <summary>A model version in memory with all that an answer shows. Safe for use by many threads.</summary>
/// <param name="Model">What answers.</param>
/// <param name="Examples">The clusters' typical incidents.</param>
public sealed record LiveModel(FittedModel Model, ExampleIndex Examples);

/// <summary>A version on trial in memory.</summary>
/// <param name="Model">What answers its share.</param>
/// <param name="Percent">The share in percent, 1 to 100.</param>
public sealed record TrialModel(LiveModel Model, int Percent);

/// <summary>How many models are kept in memory, and how soon a newer version is noticed.</summary>
public sealed record ModelCacheOptions
{
    /// <summary>
    /// Memory for the newest models of the tech centers, in MB, 0 to 1,000,000: a model counts four times its files. The one that was not used for longest makes room;
    /// the one used last is kept whatever its size. With too little for the tech centers in use, most requests wait until a model is loaded.
    /// </summary>
    public int Megabytes { get; init; } = 1024;

    /// <summary>Seconds after which the object store is asked for a newer version, 0 to 86400.</summary>
    public int RefreshSeconds { get; init; } = 30;

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the message names it and the range.</exception>
    public void Validate()
    {
        SettingRange.Require(Megabytes, 0, 1_000_000, "ModelCache:Megabytes");
        SettingRange.Require(RefreshSeconds, 0, 86_400, "ModelCache:RefreshSeconds");
    }
}
