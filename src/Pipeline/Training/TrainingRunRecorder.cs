using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Gate;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Runs;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>Writes trainings down as runs: parameters, versions of code and data, what was measured, and what the gate said.</summary>
public sealed class TrainingRunRecorder(RunLog runs, ModelStore models, TimeProvider clock)
{
    private static readonly string Code = typeof(TrainingRunRecorder).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Writes the run of a published version. Done again, it writes the same run.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    /// <exception cref="ModelException">The version is damaged.</exception>
    public async Task<RunRecord> PublishedAsync(ModelManifest manifest, IReadOnlyList<PreprocessedIncident> rows, Release release, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(release);
        ModelMetrics metrics = await models.ReadMetricsAsync(manifest, cancellationToken);
        DateTimeOffset ended = manifest.CreatedAt;
        RunRecord run = new()
        {
            Id = RunLog.IdOf("training", manifest.TechCenter, Number(manifest.TrainingRun), manifest.Version),
            Kind = RunKind.Training,
            TechCenter = manifest.TechCenter,
            Name = $"training {manifest.Version}",
            State = RunState.Finished,
            StartedAt = ended.AddSeconds(-metrics.TrainSeconds),
            EndedAt = release.Validation.At,
            Parameters = Parameters(manifest.Parameters, manifest.Window, manifest.Embedder, manifest.LibraryVersion, rows),
            Metrics = [.. Measured(manifest, metrics, ended), .. release.Validation.Tests.SelectMany(t => t.Metrics.Where(m => m.Key is not ("limit" or "before")).Select(m => new RunMetric($"gate.{t.Name}.{Plain(m.Key)}", m.Value, release.Validation.At)))],
            Tags = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["version"] = manifest.Version,
                ["gate"] = release.Validation.Passed ? "passed" : "refused",
                ["failed_tests"] = string.Join(", ", release.Validation.Failed.Select(t => t.Name)),
                ["stage"] = release.Stage.ToString().ToLowerInvariant(),
                ["training_run"] = Number(manifest.TrainingRun),
            },
            Artifacts = manifest.Path,
        };
        await runs.WriteAsync(run, cancellationToken);
        return run;
    }

    /// <summary>Writes the run of a training that published nothing.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be written.</exception>
    public Task UnpublishedAsync(TrainingOutcome outcome, long trainingRun, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        DateTimeOffset now = clock.GetUtcNow();
        return runs.WriteAsync(
            new RunRecord
            {
                Id = RunLog.IdOf("training", outcome.TechCenter, Number(trainingRun), ""),
                Kind = RunKind.Training,
                TechCenter = outcome.TechCenter,
                Name = $"training without a version: {outcome.Status}",
                State = outcome.Status == TrainingStatus.Failed ? RunState.Failed : RunState.Finished,
                StartedAt = now.AddSeconds(-outcome.Seconds),
                EndedAt = now,
                Parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["code"] = Code },
                Metrics = [new RunMetric("incidents", outcome.Incidents, now), new RunMetric("train_seconds", outcome.Seconds, now)],
                Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["detail"] = outcome.Detail ?? "", ["training_run"] = Number(trainingRun) },
            },
            cancellationToken);
    }

    /// <summary>The parameters of a training with the versions of what it was made with and of.</summary>
    internal static Dictionary<string, string> Parameters(TrainingParameters trained, TrainingWindow window, string embedder, string library, IReadOnlyList<PreprocessedIncident> rows)
    {
        Dictionary<string, string> parameters = new(StringComparer.Ordinal)
        {
            ["code"] = Code,
            ["library"] = library,
            ["embedder"] = embedder,
            ["data.from"] = window.From.ToString("O", CultureInfo.InvariantCulture),
            ["data.until"] = window.Until.ToString("O", CultureInfo.InvariantCulture),
            ["data.incidents"] = Number(rows.Count),
            ["data.hash"] = HashOf(rows),
        };
        foreach (PropertyInfo property in typeof(TrainingParameters).GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        {
            if (property.GetValue(trained) is { } value)
            {
                parameters[property.Name] = Convert.ToString(value, CultureInfo.InvariantCulture)!;
            }
        }

        return parameters;
    }

    internal static IEnumerable<RunMetric> Measured(ModelManifest manifest, ModelMetrics metrics, DateTimeOffset at)
    {
        yield return new RunMetric("incidents", metrics.Incidents, at);
        yield return new RunMetric("clusters", metrics.Clusters, at);
        yield return new RunMetric("problems", manifest.ProblemCount, at);
        yield return new RunMetric("noise", metrics.NoiseShare, at);
        yield return new RunMetric("persistence", metrics.MeanPersistence, at);
        yield return new RunMetric("train_seconds", metrics.TrainSeconds, at);
        foreach ((string key, double? value) in new[] { ("dbcv", (double?)metrics.Dbcv), ("stability", metrics.Stability) })
        {
            if (value is double finite && double.IsFinite(finite))
            {
                yield return new RunMetric(key, finite, at);
            }
        }
    }

    // What was learned from, so that two trainings of the same data are known to be that.
    private static string HashOf(IReadOnlyList<PreprocessedIncident> rows)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (PreprocessedIncident row in rows.OrderBy(r => r.Number, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{row.Number}\0{row.ContentHash}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    // Keys are read by programs that take few signs.
    private static string Plain(string key) => string.Concat(key.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
