using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pipeline.Cli.Commands;

namespace Pipeline.Bench;

/// <summary><c>load</c>: many clients ask the API at once where new texts belong, first alone and then with a training under way.</summary>
internal static class LoadCommand
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        Option<string?> data = CommandOptions.Data("A demo's data folder, made where it is missing and trained in. Default: a new one, deleted afterwards.");
        Option<int?> clients = CommandOptions.Integer("--clients", "Clients at once, 1 to 1000. Default: 50; with --mix 500.", 1, 1000);
        Option<int?> seconds = CommandOptions.Integer("--seconds", "Seconds of each phase, 1 to 3600. Default: 60; with --mix 600.", 1, 3600);
        Option<bool> mix = new("--mix") { Description = "In place of that: users who submit, ask for the status, classify and search, with waits of 1 to 3 s; and then 30 s without waits, to see what is refused." };
        Option<bool> json = CommandOptions.Json();
        Command command = new("load", "Requests per second, latencies and memory of POST /api/classify under load, without and with a training under way.") { data, clients, seconds, mix, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(mix))
            {
                LoadMixResult mixed = await InFolderAsync(parsed.GetValue(data), folder => LoadMixRun.MeasureAsync(folder, parsed.GetValue(clients) ?? 500, TimeSpan.FromSeconds(parsed.GetValue(seconds) ?? 600), cancellationToken), cancellationToken);
                Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(mixed, PipelineJson.Compact) : LoadMixRun.Table(mixed));
                return;
            }

            TimeSpan time = TimeSpan.FromSeconds(parsed.GetValue(seconds) ?? 60);
            LoadResult result = await InFolderAsync(parsed.GetValue(data), folder => MeasureAsync(folder, parsed.GetValue(clients) ?? 50, time, cancellationToken), cancellationToken);
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(result, PipelineJson.Compact) : Table(result));
        });
        return command;
    }

    private static async Task<T> InFolderAsync<T>(string? given, Func<string, Task<T>> measure, CancellationToken cancellationToken)
    {
        string folder = given ?? Directory.CreateTempSubdirectory("pipeline-load-").FullName;
        try
        {
            if (!File.Exists(Path.Combine(folder, ".demo")))
            {
                await LoadServer.MakeDemoAsync(folder, cancellationToken);
            }

            return await measure(folder);
        }
        finally
        {
            if (given is null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static async Task<LoadResult> MeasureAsync(string folder, int clients, TimeSpan time, CancellationToken cancellationToken)
    {
        LoadRequests requests = new();
        await using LoadServer server = await LoadServer.StartAsync(folder, isLimited: false, cancellationToken);
        using SocketsHttpHandler handler = new() { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null };
        using HttpClient http = new(handler) { Timeout = TimeSpan.FromSeconds(30) };
        LoadPhase quiet = await RunAsync(server, http, requests, training: null, clients, time, cancellationToken);
        LoadTraining training = new(http, server.Address);
        await training.BeginAsync(cancellationToken);
        LoadPhase busy = await RunAsync(server, http, requests, training, clients, time, cancellationToken);
        return new LoadResult(Environment.ProcessorCount, clients, requests.TechCenters, quiet, busy);
    }

    private static async Task<LoadPhase> RunAsync(LoadServer server, HttpClient http, LoadRequests requests, LoadTraining? training, int clients, TimeSpan time, CancellationToken cancellationToken)
    {
        Uri classify = new(server.Address, "classify");
        double start = server.Megabytes;
        await new LoadClients(http, classify, requests).RunAsync(clients, WarmUp, cancellationToken);

        List<double> memory = [server.Megabytes];
        int underWay = 0;
        double serverCpu = server.CpuSeconds;
        double clientCpu = Environment.CpuUsage.TotalTime.TotalSeconds;
        Stopwatch clock = Stopwatch.StartNew();
        LoadClients load = new(http, classify, requests);
        Task asked = load.RunAsync(clients, time, cancellationToken);
        while (await Task.WhenAny(asked, Task.Delay(Look, cancellationToken)) != asked)
        {
            memory.Add(server.Megabytes);
            underWay += training is not null && await training.KeepUpAsync(cancellationToken) ? 1 : 0;
        }

        await asked;
        double seconds = clock.Elapsed.TotalSeconds;
        int looks = memory.Count - 1;
        memory.Add(server.Megabytes);
        return new LoadPhase(
            load.Milliseconds.Count,
            load.Errors,
            load.FirstError,
            Math.Round(seconds, 2),
            Math.Round(load.Milliseconds.Count / seconds, 1),
            LoadLatency.Of(load.Milliseconds),
            new LoadMemory(start, memory[0], memory[memory.Count / 2], memory[^1], Math.Max(start, memory.Max())),
            Math.Round(server.CpuSeconds - serverCpu, 2),
            Math.Round(Environment.CpuUsage.TotalTime.TotalSeconds - clientCpu, 2),
            training?.Begun ?? 0,
            looks == 0 ? 0 : Math.Round((double)underWay / looks, 3));
    }

    private static string Table(LoadResult result) => string.Join(
        '\n',
        string.Create(CultureInfo.InvariantCulture, $"{result.Clients} clients, {result.TechCenters} tech centers, {result.Processors} processors for server and clients"),
        Lines("without a training", result.Quiet),
        Lines(string.Create(CultureInfo.InvariantCulture, $"with a training under way in {result.Training.TrainingShare:P0} of the time, {result.Training.TrainingsBegun} begun"), result.Training));

    private static string Lines(string title, LoadPhase phase) => string.Create(CultureInfo.InvariantCulture, $"""
        {title}
          {phase.Requests} requests, {phase.Errors} errors{(phase.FirstError is null ? "" : $" (the first: {phase.FirstError})")}, {phase.RequestsPerSecond:0} requests per second
          P50 {phase.Latency.P50:0.0} ms, P95 {phase.Latency.P95:0.0} ms, P99 {phase.Latency.P99:0.0} ms, longest {phase.Latency.Longest:0.0} ms
          memory {phase.Memory.Start:0} MB at the start, {phase.Memory.Warm:0} warm, {phase.Memory.Middle:0} half way, {phase.Memory.End:0} at the end, {phase.Memory.Peak:0} at most
          processor time {phase.ServerCpuSeconds:0.0} s of the server, {phase.ClientCpuSeconds:0.0} s of the clients, in {phase.Seconds:0.0} s
        """);
}
