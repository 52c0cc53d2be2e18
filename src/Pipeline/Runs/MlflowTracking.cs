using System.Globalization;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Runs;

/// <summary>
/// The runs in the shape of MLflow's tracking API (REST API 2.0), so that programs that know MLflow read and write them: an experiment for each tech center, in it its trainings, tunings, trials and
/// rollouts. Runs that other programs begin are of the kind <see cref="RunKind.Other"/>; only these can be changed. Nothing can be deleted.
/// </summary>
public sealed class MlflowTracking(RunLog runs, RunExperiments experiments, TimeProvider clock)
{
    private const int MostInBatch = 1_000;
    private const int MostFound = 50_000;
    private const int UsuallyFound = 1_000;
    private const int MostMetrics = 100_000;
    private const int LongestKey = 250;
    private const int LongestValue = 6_000;
    private const string NameTag = "mlflow.runName";
    private const string UserTag = "mlflow.user";

    /// <summary>Answers a call that reads.</summary>
    /// <param name="call">What is called, such as <c>runs/get</c>.</param>
    /// <param name="request">Its fields.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The answer, to be written by <see cref="MlflowJson.Options"/>; null where there is no such call.</returns>
    /// <exception cref="RequestException">A field is missing or wrong, or what it names is not there.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<object?> ReadAsync(string call, MlflowRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return call switch
        {
            "experiments/get" => new { Experiment = await ExperimentAsync(request.Required("experiment_id"), cancellationToken) },
            "experiments/get-by-name" => new { Experiment = await ExperimentAsync(RunExperiments.IdOf(request.Required("experiment_name")), cancellationToken) },
            "experiments/list" or "experiments/search" => await SearchExperimentsAsync(request, cancellationToken),
            "runs/get" => new { Run = RunOf(await RunAsync(request, cancellationToken)) },
            "runs/search" => await SearchRunsAsync(request, cancellationToken),
            "metrics/get-history" => await HistoryAsync(request, cancellationToken),
            _ => null,
        };
    }

    /// <summary>Answers a call that writes.</summary>
    /// <param name="call">What is called, such as <c>runs/log-metric</c>.</param>
    /// <param name="request">Its fields.</param>
    /// <param name="cancellationToken">Stops before the change.</param>
    /// <returns>The answer, to be written by <see cref="MlflowJson.Options"/>; null where there is no such call.</returns>
    /// <exception cref="RequestException">A field is missing or wrong, what it names is not there, the run is the pipeline's own, or a parameter has another value already.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task<object?> WriteAsync(string call, MlflowRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        switch (call)
        {
            case "experiments/create":
                string name = Bounded("name", request.Required("name"), LongestKey);
                return new
                {
                    ExperimentId = await experiments.CreateAsync(name, cancellationToken) ?? throw new RequestException(RequestProblem.Conflict, $"There is an experiment '{name}'. Get it by its name."),
                };
            case "runs/create":
                return new { Run = RunOf(await CreateAsync(request, cancellationToken)) };
            case "runs/update":
                return new { RunInfo = InfoOf(await ChangeAsync(request, run => Updated(run, request), cancellationToken)) };
            case "runs/log-metric":
                return await LogAsync(request, [MetricOf(request)], [], [], cancellationToken);
            case "runs/log-parameter":
                return await LogAsync(request, [], [PairOf(request)], [], cancellationToken);
            case "runs/set-tag":
                return await LogAsync(request, [], [], [PairOf(request)], cancellationToken);
            case "runs/log-batch":
                return await LogAsync(
                    request,
                    [.. request.Objects("metrics", MostInBatch).Select(MetricOf)],
                    [.. request.Objects("params", MostInBatch).Select(PairOf)],
                    [.. request.Objects("tags", MostInBatch).Select(PairOf)],
                    cancellationToken);
            default:
                return null;
        }
    }

    private async Task<MlflowExperiment> ExperimentAsync(string id, CancellationToken cancellationToken) =>
        await experiments.FindAsync(id, cancellationToken) ?? throw RequestException.NotFound("experiment_id", $"There is no experiment with the id '{id}'. Search the experiments, or create it.");

    private async Task<object> SearchExperimentsAsync(MlflowRequest request, CancellationToken cancellationToken)
    {
        RunFilter filter = RunFilter.Parse(request.Text("filter"));
        IEnumerable<MlflowExperiment> found = IsOfTheDeleted(request, "view_type") ? [] : (await experiments.ListAsync(cancellationToken)).Where(e => filter.Holds(key => (key.Kind, key.Name) switch
        {
            (FilterKind.Attribute, "name") => e.Name,
            (FilterKind.Attribute, "creation_time") => e.CreationTime is long time ? (double)time : null,
            (FilterKind.Attribute, "last_update_time") => e.LastUpdateTime is long time ? (double)time : null,
            _ => null,
        }));
        (MlflowExperiment[] page, string? next) = Page([.. found], request);
        return new { Experiments = page, NextPageToken = next };
    }

    private async Task<object> SearchRunsAsync(MlflowRequest request, CancellationToken cancellationToken)
    {
        RunFilter filter = RunFilter.Parse(request.Text("filter"));
        HashSet<string> asked = request.Texts("experiment_ids").ToHashSet(StringComparer.Ordinal);
        IReadOnlyList<RunRecord> all = asked.Count == 0 || IsOfTheDeleted(request, "run_view_type") ? [] : await runs.ListAsync(cancellationToken: cancellationToken);
        IEnumerable<RunRecord> found = all.Where(run => asked.Contains(RunExperiments.IdOf(run.TechCenter)) && filter.Holds(key => ValueOf(run, key)));
        (RunRecord[] page, string? next) = Page(Ordered(found, request.Texts("order_by")), request);
        return new { Runs = page.Select(RunOf).ToArray(), NextPageToken = next };
    }

    private async Task<object> HistoryAsync(MlflowRequest request, CancellationToken cancellationToken)
    {
        string key = request.Required("metric_key");
        RunRecord run = await RunAsync(request, cancellationToken);
        (RunMetric[] page, string? next) = Page([.. run.Metrics.Where(m => string.Equals(m.Key, key, StringComparison.Ordinal))], request, MostMetrics);
        return new { Metrics = page.Select(MetricOf).ToArray(), NextPageToken = next };
    }

    private async Task<RunRecord> RunAsync(MlflowRequest request, CancellationToken cancellationToken) =>
        await runs.FindAsync(IdOf(request), cancellationToken) ?? throw NoRun(request);

    private async Task<RunRecord> CreateAsync(MlflowRequest request, CancellationToken cancellationToken)
    {
        MlflowExperiment experiment = await ExperimentAsync(request.Text("experiment_id") is { Length: > 0 } id ? id : "0", cancellationToken);
        Dictionary<string, string> tags = new(StringComparer.Ordinal);
        foreach (MlflowPair tag in request.Objects("tags", MostInBatch).Select(PairOf))
        {
            tags[tag.Key] = tag.Value;
        }

        if (request.Text("user_id") is { Length: > 0 } user)
        {
            tags.TryAdd(UserTag, Bounded("user_id", user, LongestValue));
        }

        RunRecord run = new()
        {
            Id = Guid.NewGuid().ToString("N"),
            Kind = RunKind.Other,
            TechCenter = experiment.Name,
            Name = Bounded("run_name", request.Text("run_name") is { Length: > 0 } name ? name : tags.GetValueOrDefault(NameTag, "run"), LongestKey),
            State = RunState.Running,
            StartedAt = request.Time("start_time", clock.GetUtcNow()),
            Tags = tags,
        };
        await runs.WriteAsync(run, cancellationToken);
        return run;
    }

    private RunRecord Updated(RunRecord run, MlflowRequest request)
    {
        RunState state = request.Text("status") switch
        {
            null or "" => run.State,
            "RUNNING" or "SCHEDULED" => RunState.Running,
            "FINISHED" => RunState.Finished,
            "FAILED" or "KILLED" => RunState.Failed,
            string other => throw RequestException.Invalid("status", $"'{other}' is no status. Write RUNNING, SCHEDULED, FINISHED, FAILED or KILLED."),
        };
        return run with
        {
            State = state,
            EndedAt = state == RunState.Running ? null : request.Time("end_time", run.EndedAt ?? clock.GetUtcNow()),
            Name = request.Text("run_name") is { Length: > 0 } name ? Bounded("run_name", name, LongestKey) : run.Name,
        };
    }

    private async Task<object> LogAsync(MlflowRequest request, IReadOnlyList<RunMetric> metrics, IReadOnlyList<MlflowPair> parameters, IReadOnlyList<MlflowPair> tags, CancellationToken cancellationToken)
    {
        await ChangeAsync(
            request,
            run => run.Metrics.Count + metrics.Count > MostMetrics
                ? throw RequestException.Invalid("metrics", string.Create(CultureInfo.InvariantCulture, $"The run has {run.Metrics.Count} measures; {MostMetrics} are the most. Begin another run."))
                : run with
                {
                    // What a client sends once more, since it had no answer, is there once.
                    Metrics = [.. run.Metrics, .. metrics.Except(run.Metrics)],
                    Parameters = WithParameters(run.Parameters, parameters),
                    Tags = With(run.Tags, tags),
                },
            cancellationToken);
        return new { };
    }

    private async Task<RunRecord> ChangeAsync(MlflowRequest request, Func<RunRecord, RunRecord> change, CancellationToken cancellationToken) =>
        await runs.ChangeAsync(IdOf(request), run => run.Kind == RunKind.Other ? change(run) : throw RequestException.Invalid("run_id", $"The run '{run.Id}' is the pipeline's own {run.Kind.ToString().ToLowerInvariant()}, and can only be read. Begin a run of your own."), cancellationToken) ?? throw NoRun(request);

    // A parameter was settled before the run, and stays what it is.
    private static Dictionary<string, string> WithParameters(IReadOnlyDictionary<string, string> present, IReadOnlyList<MlflowPair> added)
    {
        Dictionary<string, string> all = new(present, StringComparer.Ordinal);
        foreach (MlflowPair pair in added)
        {
            if (all.TryGetValue(pair.Key, out string? value) && !string.Equals(value, pair.Value, StringComparison.Ordinal))
            {
                throw RequestException.Invalid("key", $"The parameter '{pair.Key}' is '{value}' in this run, and cannot become '{pair.Value}'. Begin another run.");
            }

            all[pair.Key] = pair.Value;
        }

        return all;
    }

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> present, IReadOnlyList<MlflowPair> added)
    {
        Dictionary<string, string> all = new(present, StringComparer.Ordinal);
        foreach (MlflowPair pair in added)
        {
            all[pair.Key] = pair.Value;
        }

        return all;
    }

    private static RunRecord[] Ordered(IEnumerable<RunRecord> found, IReadOnlyList<string> orders)
    {
        // The newest first, as they are listed, where nothing else is asked for; what has no value comes last.
        IOrderedEnumerable<RunRecord> ordered = found.OrderBy(_ => 0);
        foreach (string order in orders)
        {
            string[] words = order.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            bool falls = words is [.., string last] && last.Equals("DESC", StringComparison.OrdinalIgnoreCase);
            FilterKey key = FilterKey.Of(falls || (words.Length > 1 && words[^1].Equals("ASC", StringComparison.OrdinalIgnoreCase)) ? string.Join(' ', words[..^1]) : order.Trim());
            ordered = ordered.ThenBy(run => ValueOf(run, key) is null);
            ordered = falls ? ordered.ThenByDescending(run => ValueOf(run, key), Comparer<object?>.Create(Compare)) : ordered.ThenBy(run => ValueOf(run, key), Comparer<object?>.Create(Compare));
        }

        return [.. ordered];
    }

    private static int Compare(object? a, object? b) => (a, b) is (double x, double y) ? x.CompareTo(y) : string.CompareOrdinal(a as string, b as string);

    private static object? ValueOf(RunRecord run, FilterKey key) => key.Kind switch
    {
        FilterKind.Metric => run.LastMetrics().TryGetValue(key.Name, out double value) ? value : null,
        FilterKind.Parameter => run.Parameters.GetValueOrDefault(key.Name),
        FilterKind.Tag => TagsOf(run).FirstOrDefault(t => string.Equals(t.Key, key.Name, StringComparison.Ordinal))?.Value,
        _ => key.Name switch
        {
            "run_id" => run.Id,
            "run_name" or "Run name" => run.Name,
            "status" => StatusOf(run),
            "start_time" or "Created" => (double)run.StartedAt.ToUnixTimeMilliseconds(),
            "end_time" => run.EndedAt is DateTimeOffset ended ? (double)ended.ToUnixTimeMilliseconds() : null,
            "experiment_id" => RunExperiments.IdOf(run.TechCenter),
            "artifact_uri" => run.Artifacts ?? "",
            "user_id" => run.Tags.GetValueOrDefault(UserTag, ""),
            _ => throw RequestException.Invalid("filter", $"'{key.Name}' is no attribute of a run. Attributes: run_id, run_name, status, start_time, end_time, experiment_id, artifact_uri, user_id."),
        },
    };

    // A page ends where the token says; there is no more after the last one.
    private static (T[] Page, string? Next) Page<T>(T[] all, MlflowRequest request, int usually = UsuallyFound)
    {
        long most = request.Whole("max_results") is long and > 0 and long asked ? asked : usually;
        if (most > Math.Max(MostFound, usually))
        {
            throw RequestException.Invalid("max_results", string.Create(CultureInfo.InvariantCulture, $"max_results is {most}; {Math.Max(MostFound, usually)} is the most."));
        }

        long begin = request.Whole("page_token") ?? 0;
        if (begin < 0)
        {
            throw RequestException.Invalid("page_token", "page_token is none that was given.");
        }

        T[] page = begin >= all.Length ? [] : all[(int)begin..(int)Math.Min(all.Length, begin + most)];
        return (page, begin + page.Length < all.Length && page.Length > 0 ? (begin + page.Length).ToString(CultureInfo.InvariantCulture) : null);
    }

    private static bool IsOfTheDeleted(MlflowRequest request, string field) => request.Text(field) is "DELETED_ONLY";

    private static string IdOf(MlflowRequest request) => request.Text("run_id") is { Length: > 0 } id ? id : request.Text("run_uuid") is { Length: > 0 } uuid ? uuid : request.Required("run_id");

    private static RequestException NoRun(MlflowRequest request) => RequestException.NotFound("run_id", $"There is no run with the id '{IdOf(request)}'.");

    private RunMetric MetricOf(MlflowRequest request) =>
        new(Bounded("key", request.Required("key"), LongestKey), request.Number("value"), request.Time("timestamp", clock.GetUtcNow()), request.Whole("step") ?? 0);

    private static MlflowPair PairOf(MlflowRequest request) => new(Bounded("key", request.Required("key"), LongestKey), Bounded("value", request.Text("value") ?? "", LongestValue));

    private static string Bounded(string field, string text, int longest) => text.Length <= longest ? text
        : throw RequestException.Invalid(field, string.Create(CultureInfo.InvariantCulture, $"{field} has {text.Length} characters; {longest} is the most."));

    private static MlflowRun RunOf(RunRecord run) => new(
        InfoOf(run),
        new MlflowRunData(
            [.. run.Metrics.GroupBy(m => m.Key, StringComparer.Ordinal).Select(m => MetricOf(m.Last()))],
            [.. run.Parameters.Select(p => new MlflowPair(p.Key, p.Value))],
            TagsOf(run)));

    private static MlflowMetric MetricOf(RunMetric metric) => new(metric.Key, metric.Value, metric.At.ToUnixTimeMilliseconds(), metric.Step);

    private static MlflowPair[] TagsOf(RunRecord run) =>
        [.. run.Tags.Where(t => !string.Equals(t.Key, NameTag, StringComparison.Ordinal)).Select(t => new MlflowPair(t.Key, t.Value)), new MlflowPair(NameTag, run.Name), new MlflowPair("pipeline.kind", run.Kind.ToString().ToLowerInvariant())];

    private static MlflowRunInfo InfoOf(RunRecord run) => new(
        run.Id,
        run.Id,
        run.Name,
        RunExperiments.IdOf(run.TechCenter),
        run.Tags.GetValueOrDefault(UserTag, ""),
        StatusOf(run),
        run.StartedAt.ToUnixTimeMilliseconds(),
        run.EndedAt?.ToUnixTimeMilliseconds(),
        run.Artifacts ?? "",
        "active");

    private static string StatusOf(RunRecord run) => run.State.ToString().ToUpperInvariant();
}
