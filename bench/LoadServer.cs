using System.Diagnostics;
using System.Globalization;
using Pipeline.LocalHost;

namespace Pipeline.Bench;

/// <summary>The host in a process of its own, on a free port of this machine. It is ended when this is disposed of.</summary>
internal sealed class LoadServer : IAsyncDisposable
{
    private const string AddressLine = "API ";

    // What the clock starts would be measured too, at some hours and not at others.
    private const string Seldom = "0 0 0 29 2 *";
    private static readonly string[] Schedules = ["PreprocessSchedule", "PredictSchedule", "PullSchedule", "TrainSchedule", "ArchiveSchedule", "PurgeHistorySchedule", "WatchSchedule", "DriftSchedule", "ReportSchedule", "BackupSchedule", "BackupModelsSchedule", "BackupChangesSchedule"];

    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly Task _drained;

    private int _isEnded;

    private LoadServer(Process process, Uri address, Task drained)
    {
        _process = process;
        _drained = drained;
        Address = address;
    }

    /// <summary>The address of the API, with a slash at its end.</summary>
    public Uri Address { get; }

    /// <summary>Processor seconds used since the start.</summary>
    public double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Resident memory in MB.</summary>
    public double Megabytes
    {
        get
        {
            _process.Refresh();
            return Math.Round(_process.WorkingSet64 / 1e6, 1);
        }
    }

    /// <summary>The most resident memory since the start, in MB.</summary>
    public double PeakMegabytes
    {
        get
        {
            _process.Refresh();
            return Math.Round(_process.PeakWorkingSet64 / 1e6, 1);
        }
    }

    /// <summary>Makes the demo in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="incidents">How many incidents it makes; null for the demo's own number.</param>
    /// <exception cref="CommandException">The demo failed.</exception>
    public static async Task MakeDemoAsync(string folder, CancellationToken cancellationToken, int? incidents = null)
    {
        string[] count = incidents is int some ? ["--incidents", some.ToString(CultureInfo.InvariantCulture)] : [];
        using Process demo = Start([], ["demo", "--data", folder, "--json", .. count]);
        try
        {
            Task drained = Task.WhenAll(demo.StandardOutput.BaseStream.CopyToAsync(Stream.Null, cancellationToken), demo.StandardError.BaseStream.CopyToAsync(Stream.Null, cancellationToken));
            await demo.WaitForExitAsync(cancellationToken);
            await drained;
        }
        finally
        {
            demo.Kill();
        }

        if (demo.ExitCode != 0)
        {
            throw new CommandException($"The demo in '{folder}' ended with exit code {demo.ExitCode}. Run it on its own to see why.", ExitCode.Failed);
        }
    }

    /// <summary>Starts the host and waits until it listens.</summary>
    /// <param name="folder">Its data folder.</param>
    /// <param name="isLimited">Whether it refuses requests beyond its standard limits, which one client alone exceeds.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <exception cref="CommandException">It did not.</exception>
    public static async Task<LoadServer> StartAsync(string folder, bool isLimited, CancellationToken cancellationToken)
    {
        Process process = Start(isLimited ? [] : [new("Limits__RequestsPerMinute", "0"), new("Limits__ConcurrentUploads", "1000")], "serve", "--data", folder, "--port", "0", "--development");
        try
        {
            // The log is written and thrown away: the host bears its cost as it would in earnest.
            Task errors = process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(LongestStart);
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is string line)
            {
                if (line.StartsWith(AddressLine, StringComparison.Ordinal))
                {
                    Task output = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                    return new LoadServer(process, new Uri(line[AddressLine.Length..].Trim() + "/"), Task.WhenAll(errors, output));
                }
            }

            throw new CommandException($"The host ended before it listened. Run 'serve --data {folder}' on its own to see why.", ExitCode.Failed);
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    /// <summary>Ends the host at once: what it has stored survives that, and a load has nothing else to keep.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isEnded, 1) != 0)
        {
            return;
        }

        _process.Kill();
        await _process.WaitForExitAsync();
        await _drained;
        _process.Dispose();
    }

    private static Process Start(IReadOnlyList<KeyValuePair<string, string>> settings, params string[] arguments)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        ProcessStartInfo start = new(dotnet, ["exec", CommandLineProgram.Path, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string schedule in Schedules)
        {
            start.Environment[schedule] = Seldom;
        }

        foreach ((string name, string value) in settings)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
