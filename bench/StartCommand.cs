using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Pipeline.Cli.Commands;
using Pipeline.LocalHost;

namespace Pipeline.Bench;

/// <summary><c>start</c>: how long the host takes from the start of its process to its first answer, and the Functions app to its first call to the Functions host.</summary>
internal static class StartCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static Command Create()
    {
        Option<int?> runs = CommandOptions.Integer("--runs", "Starts, 1 to 100. Default: 5.", 1, 100);
        Option<string?> data = CommandOptions.Data("The data folder. Default: a new one, deleted afterwards.");
        Option<FileInfo?> worker = new("--worker") { Description = "Pipeline.Functions.dll as it was built or published. Default: the app is not measured." };
        Option<bool> json = CommandOptions.Json();
        Command command = new("start", "Seconds from the start of 'serve' to its first answer of /api/health, and of the Functions app to its first call to the Functions host.") { runs, data, worker, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string folder = parsed.GetValue(data) ?? Directory.CreateTempSubdirectory("pipeline-start-").FullName;
            try
            {
                int count = parsed.GetValue(runs) ?? 5;
                StartTimes serve = await RepeatAsync(count, () => ServeAsync(folder, cancellationToken));
                StartTimes? app = parsed.GetValue(worker) is FileInfo assembly ? await RepeatAsync(count, () => WorkerAsync(assembly.FullName, folder, cancellationToken)) : null;
                Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(new { serve, app }, PipelineJson.Compact) : string.Join('\n', new[] { Line("serve", serve), app is null ? "" : Line("Functions app", app) }.Where(line => line.Length > 0)));
            }
            finally
            {
                if (parsed.GetValue(data) is null)
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
        });
        return command;
    }

    private static string Line(string what, StartTimes times) => string.Create(CultureInfo.InvariantCulture, $"{what}: {times.Median:0.00} s in the median ({times.Shortest:0.00} to {times.Longest:0.00}), {times.ProcessorSeconds:0.00} processor s");

    private static async Task<StartTimes> RepeatAsync(int count, Func<Task<(double Seconds, double Processor)>> start)
    {
        List<(double Seconds, double Processor)> times = [];
        for (int run = 0; run < count; run++)
        {
            times.Add(await start());
        }

        double[] sorted = [.. times.Select(t => t.Seconds).Order()];
        return new StartTimes(sorted[sorted.Length / 2], sorted[0], sorted[^1], times.Select(t => t.Processor).Order().ElementAt(times.Count / 2));
    }

    private static async Task<(double Seconds, double Processor)> ServeAsync(string folder, CancellationToken cancellationToken)
    {
        Stopwatch clock = Stopwatch.StartNew();
        await using LoadServer server = await LoadServer.StartAsync(folder, isLimited: false, cancellationToken);
        using HttpClient client = new() { BaseAddress = server.Address };
        using HttpResponseMessage answer = await client.GetAsync(new Uri("health", UriKind.Relative), cancellationToken);
        answer.EnsureSuccessStatusCode();
        return (clock.Elapsed.TotalSeconds, server.CpuSeconds);
    }

    // The Functions host waits for the worker to call it, and asks nothing of it before: until then the time is the worker's own.
    private static async Task<(double Seconds, double Processor)> WorkerAsync(string assembly, string folder, CancellationToken cancellationToken)
    {
        using TcpListener host = new(IPAddress.Loopback, 0);
        host.Start();
        string address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)host.LocalEndpoint).Port}/");
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        ProcessStartInfo start = new(dotnet, ["exec", assembly, "--functions-uri", address, "--functions-worker-id", "bench", "--functions-request-id", "bench", "--functions-grpc-max-message-length", "2147483647"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DataFolder"] = folder;
        start.Environment["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated";
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        Stopwatch clock = Stopwatch.StartNew();
        using Process process = Process.Start(start)!;
        try
        {
            using Socket called = await host.AcceptSocketAsync(patience.Token);
            double seconds = clock.Elapsed.TotalSeconds;
            process.Refresh();
            return (seconds, process.TotalProcessorTime.TotalSeconds);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill();
            throw new CommandException($"The app did not call the host: {await process.StandardError.ReadToEndAsync(cancellationToken)}", ExitCode.Failed);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }
}

/// <summary>Start after start of one program.</summary>
/// <param name="Median">Seconds by the clock.</param>
/// <param name="Shortest">Of the fastest start.</param>
/// <param name="Longest">Of the slowest.</param>
/// <param name="ProcessorSeconds">Processor seconds until then, in the median.</param>
internal sealed record StartTimes(double Median, double Shortest, double Longest, double ProcessorSeconds);
