using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Pipeline.Monitoring;

namespace Pipeline.Cli.Deployment;

/// <summary>
/// Asks a service, as one who uses it would, whether it may be relied on: each line is tried and none is taken from its settings. It changes nothing but that it sends a test message on each channel
/// of the alerts. Needs a credential with the role admin.
/// </summary>
/// <param name="service">The service.</param>
/// <param name="certificate">Looks at the certificate.</param>
/// <param name="clock">The time.</param>
internal sealed class DeploymentChecks(ServiceClient service, Func<CancellationToken, Task<string>> certificate, TimeProvider clock)
{
    /// <summary>How long ago the watch may have run, which runs every minute.</summary>
    private static readonly TimeSpan LatestWatch = TimeSpan.FromMinutes(10);

    /// <summary>How old the newest backup may be, of which there is one every night.</summary>
    private static readonly TimeSpan OldestBackup = TimeSpan.FromHours(26);

    private static readonly TimeSpan LongestVerification = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private const int KnownTexts = 3;

    private JsonElement? _ready;

    /// <summary>Makes one check after the other; a failed check does not stop the ones after it.</summary>
    public async Task<DeploymentReport> RunAsync(CancellationToken cancellationToken)
    {
        List<Check> checks = [];
        await TryAsync("Database", () => ReadyAsync("warehouse", cancellationToken));
        await TryAsync("Storage", () => ReadyAsync("object store", cancellationToken));
        await TryAsync("API", () => ApiAsync(cancellationToken));
        await TryAsync("Authentication", () => AuthenticationAsync(cancellationToken));
        await TryAsync("Monitoring", () => MonitoringAsync(cancellationToken));
        await TryAsync("Model loading", () => ModelsAsync(cancellationToken));
        await TryAsync("End to end", () => EndToEndAsync(cancellationToken));
        await TryAsync("Alerts delivered", () => AlertsAsync(cancellationToken));
        await TryAsync("Backups running", () => BackupsAsync(cancellationToken));
        await TryAsync("Certificate", () => certificate(cancellationToken));
        return new DeploymentReport(service.Root.ToString(), checks);

        async Task TryAsync(string name, Func<Task<string>> check) => checks.Add(await MakeAsync(name, check));
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever a check throws is the check's result.")]
    private static async Task<Check> MakeAsync(string name, Func<Task<string>> check)
    {
        try
        {
            return new Check(name, Passed: true, await check());
        }
        catch (TaskCanceledException e) when (e.InnerException is TimeoutException)
        {
            return new Check(name, Passed: false, "No answer came in time. Look at the service's log and load.");
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or JsonException)
        {
            return new Check(name, Passed: false, $"The answer is not one of this program's API ({e.Message}). Check the address, and that both are of one version.");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new Check(name, Passed: false, e.Message);
        }
    }

    private async Task<JsonElement> ReadyAsync(CancellationToken cancellationToken) =>
        _ready ??= await service.GetAsync("api/ready", cancellationToken, HttpStatusCode.ServiceUnavailable);

    private async Task<string> ReadyAsync(string name, CancellationToken cancellationToken)
    {
        JsonElement check = (await ReadyAsync(cancellationToken)).GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("name").ValueEquals(name));
        string detail = check.GetProperty("detail").GetString()!;
        return check.GetProperty("passed").GetBoolean() ? detail : throw new DeploymentProblem(detail);
    }

    // A disk or memory that runs short is no state to go into production with; processors may be busy for a moment.
    private async Task<string> ApiAsync(CancellationToken cancellationToken)
    {
        JsonElement health = await service.GetAsync("api/health", cancellationToken);
        int routes = (await service.GetAsync("api/openapi.json", cancellationToken)).GetProperty("paths").EnumerateObject().Count();
        JsonElement[] shares = [.. (await ReadyAsync(cancellationToken)).GetProperty("machine").GetProperty("shares").EnumerateArray()];
        string use = string.Join(", ", shares.Where(s => s.GetProperty("used").ValueKind == JsonValueKind.Number)
            .Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.GetProperty("name").GetString()} {s.GetProperty("used").GetDouble():P0} of at most {s.GetProperty("threshold").GetDouble():P0}")));
        return shares.Any(s => !s.GetProperty("name").ValueEquals("cpu") && s.GetProperty("isOver").GetBoolean())
            ? throw new DeploymentProblem($"It is degraded: {use}. Give it more, or change the thresholds under Health.")
            : $"{health.GetProperty("status").GetString()}, {ConsoleText.Count(routes, "route")}; {use}";
    }

    private async Task<string> AuthenticationAsync(CancellationToken cancellationToken)
    {
        await RefuseAsync("without a credential", null);
        await RefuseAsync("with a key that is none", "no-key-of-this-service");
        await service.GetAsync("api/mode", cancellationToken);
        return "refused without a credential and with a wrong one, let in with the right one";

        async Task RefuseAsync(string how, string? key)
        {
            HttpStatusCode status = await service.StatusAsync("api/mode", key, cancellationToken);
            if (status != HttpStatusCode.Unauthorized)
            {
                throw new DeploymentProblem(string.Create(CultureInfo.InvariantCulture, $"A request {how} is answered {(int)status} in place of 401. Start it without --development and AZURE_FUNCTIONS_ENVIRONMENT=Development."));
            }
        }
    }

    private async Task<string> MonitoringAsync(CancellationToken cancellationToken)
    {
        JsonElement watched = (await ReadyAsync(cancellationToken)).GetProperty("watchedAt");
        if (watched.ValueKind == JsonValueKind.Null)
        {
            throw new DeploymentProblem("The watch has never run. See that the function WatchOnSchedule runs every minute (the setting WatchSchedule).");
        }

        TimeSpan age = clock.GetUtcNow() - watched.GetDateTimeOffset();
        if (age > LatestWatch)
        {
            throw new DeploymentProblem(string.Create(CultureInfo.InvariantCulture, $"The watch last ran {age.TotalMinutes:0} minutes ago. See that the function WatchOnSchedule runs every minute, and what the log says of it."));
        }

        // The Azure host serves none: there the measures go to Application Insights.
        string? metrics = await service.TextAsync("metrics", cancellationToken);
        return metrics is null || metrics.Contains("pipeline_", StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"the watch ran {Math.Max(0, age.TotalSeconds):0} s ago{(metrics is null ? "" : ", /metrics is served")}")
            : throw new DeploymentProblem("/metrics holds no measure of the pipeline.");
    }

    private async Task<string> ModelsAsync(CancellationToken cancellationToken)
    {
        JsonElement[] models = [.. (await ReadyAsync(cancellationToken)).GetProperty("checks").EnumerateArray().Where(c => c.GetProperty("name").GetString()!.StartsWith("model of ", StringComparison.Ordinal))];
        string[] problems = [.. models.Where(m => !m.GetProperty("passed").GetBoolean()).Select(m => m.GetProperty("detail").GetString()!)];
        int loaded = models.Count(m => m.GetProperty("detail").GetString()!.EndsWith("checksums right", StringComparison.Ordinal));
        return problems.Length > 0 ? throw new DeploymentProblem(string.Join(' ', problems))
            : loaded == 0 ? throw new DeploymentProblem("No tech center has a model yet. Train first.")
            : $"{ConsoleText.Count(loaded, "model")} loaded of {ConsoleText.Count(models.Length, "tech center")}";
    }

    // Typical texts of the biggest problems: which problem they are of is known.
    private async Task<string> EndToEndAsync(CancellationToken cancellationToken)
    {
        JsonElement page = await service.GetAsync(string.Create(CultureInfo.InvariantCulture, $"api/problems?pageSize={KnownTexts}"), cancellationToken);
        List<double> milliseconds = [];
        foreach (JsonElement problem in page.GetProperty("problems").EnumerateArray())
        {
            (string center, int id) = (problem.GetProperty("techCenter").GetString()!, problem.GetProperty("id").GetInt32());
            JsonElement details = await service.GetAsync(string.Create(CultureInfo.InvariantCulture, $"api/problems/{Uri.EscapeDataString(center)}/{id}"), cancellationToken);
            if (details.GetProperty("variants").EnumerateArray().SelectMany(v => v.GetProperty("examples").EnumerateArray()).Select(e => e.GetString()).FirstOrDefault() is not string text)
            {
                continue;
            }

            long start = Stopwatch.GetTimestamp();
            JsonElement answer = (await service.PostAsync("api/classify", new { techCenter = center, text }, cancellationToken)).Body.GetProperty("texts")[0];
            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (answer.GetProperty("problemId").GetInt32() != id)
            {
                throw new DeploymentProblem(string.Create(CultureInfo.InvariantCulture, $"A typical text of the problem {id} of '{center}' was classified as {answer.GetProperty("problemId").GetInt32()}. Look at the version that serves with 'models list'."));
            }
        }

        return milliseconds.Count == 0
            ? throw new DeploymentProblem("There is no problem yet whose text could be classified. Train first.")
            : string.Create(CultureInfo.InvariantCulture, $"{ConsoleText.Count(milliseconds.Count, "text")} whose problem is known classified as that, the slowest in {milliseconds.Max():0} ms");
    }

    private async Task<string> AlertsAsync(CancellationToken cancellationToken)
    {
        JsonElement[] channels = [.. (await service.PostAsync("api/alerts/test", new { }, cancellationToken)).Body.GetProperty("channels").EnumerateArray()];
        string[] failed = [.. channels.Where(c => !c.GetProperty("sent").GetBoolean()).Select(c => $"{c.GetProperty("channel").GetString()}: {c.GetProperty("problem").GetString()}")];
        return failed.Length > 0 ? throw new DeploymentProblem(string.Join(' ', failed)) : $"a test message was taken by {string.Join(", ", channels.Select(c => c.GetProperty("channel").GetString()))}";
    }

    private async Task<string> BackupsAsync(CancellationToken cancellationToken)
    {
        JsonElement newest = (await service.GetAsync("api/backups", cancellationToken)).GetProperty("backups").EnumerateArray().LastOrDefault(b => b.GetProperty("type").GetString() is "full" or "incremental");
        if (newest.ValueKind == JsonValueKind.Undefined)
        {
            throw new DeploymentProblem("There is no backup of everything. Set up Backup:Kind, and see that the function BackupOnSchedule runs; or make one with 'backup'.");
        }

        string id = newest.GetProperty("id").GetString()!;
        TimeSpan age = clock.GetUtcNow() - newest.GetProperty("at").GetDateTimeOffset();
        if (age > OldestBackup)
        {
            throw new DeploymentProblem(string.Create(CultureInfo.InvariantCulture, $"The newest backup of everything, {id}, is {age.TotalHours:0} hours old, more than {OldestBackup.TotalHours:0}. See that the function BackupOnSchedule runs, and what the log says of it."));
        }

        JsonElement found = await VerifyAsync(id, cancellationToken);
        return found.GetProperty("sound").GetBoolean()
            ? string.Create(CultureInfo.InvariantCulture, $"{id} is {age.TotalHours:0.0} hours old, and all of its {found.GetProperty("parts").GetInt32()} parts are as they were written")
            : throw new DeploymentProblem($"{id} is damaged: {string.Join(' ', found.GetProperty("damaged").EnumerateArray().Select(d => d.GetString()))}");
    }

    private async Task<JsonElement> VerifyAsync(string id, CancellationToken cancellationToken)
    {
        Uri work = (await service.PostAsync($"api/backups/{Uri.EscapeDataString(id)}/verify", new { }, cancellationToken)).Location ?? throw new DeploymentProblem("The verification of a backup has no address to ask at.");
        long start = clock.GetTimestamp();
        while (clock.GetElapsedTime(start) < LongestVerification)
        {
            JsonElement status = await service.GetAsync(work.OriginalString.TrimStart('/'), cancellationToken);
            switch (status.GetProperty("status").GetString())
            {
                case "completed":
                    return status.GetProperty("result");
                case "pending" or "running":
                    await Task.Delay(Poll, clock, cancellationToken);
                    break;
                default:
                    throw new DeploymentProblem($"The verification of {id} failed: {status.GetProperty("error").GetString()}");
            }
        }

        throw new DeploymentProblem(string.Create(CultureInfo.InvariantCulture, $"The verification of {id} took longer than {LongestVerification.TotalMinutes:0} minutes."));
    }
}

/// <summary>What was found, in the order in which it was looked at.</summary>
/// <param name="Service">The service's address.</param>
/// <param name="Checks">One entry per line.</param>
internal sealed record DeploymentReport(string Service, IReadOnlyList<Check> Checks)
{
    /// <summary>How many lines failed.</summary>
    public int Failed => Checks.Count(c => !c.Passed);

    /// <summary>Whether the service may be relied on.</summary>
    public bool Ready => Failed == 0;

    /// <summary>The verdict in a line.</summary>
    public string Status => Ready ? "READY FOR PRODUCTION" : string.Create(CultureInfo.InvariantCulture, $"NOT READY ({Failed} of {Checks.Count} checks failed)");
}

/// <summary>What is not as it has to be; the message says how to mend it.</summary>
internal sealed class DeploymentProblem(string message) : Exception(message);
