using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Bench;

/// <summary><c>table [FOLDER]</c>: measures every row, each in a process of its own, beside the machine's limit and, where they are installed, the Python libraries.</summary>
internal static class TableCommand
{
    private const double PeerSeconds = 600;

    /// <summary>Beside the search for a peer's best setting and its measurement, each of which has its time: imports, twice.</summary>
    private const double ImportSeconds = 240;

    public static Command Create()
    {
        Argument<DirectoryInfo?> folder = new("FOLDER") { Description = "Where the data sets are, and are kept when they have to be made; where it holds described sets (NAME.json beside NAME.f32), exactly those are measured. Default: a temporary folder, deleted afterwards.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> only = new("--only") { Description = "Only rows whose command and data set hold this, such as 'umap', 'emb_n10000' or 'hdbscan blobs'.", HelpName = "TEXT" };
        Option<int> repeats = new("--repeats") { Description = "How often everything is measured, peers too; the medians are printed.", DefaultValueFactory = _ => 3 };
        Option<string?> peers = new("--peers") { Description = "A Python that has hdbscan, fast_hdbscan, umap-learn, evoc and scikit-learn (the table says which it lacks): runs them on the same rows, each in its exact settings, of which the best is measured as often as the own run.", HelpName = "PYTHON" };
        Option<double> timeout = new("--timeout") { Description = "Seconds that a peer has to find its best setting, and again to be measured; what is not done by then says so.", DefaultValueFactory = _ => PeerSeconds };
        Option<double?> memory = new("--memory") { Description = "GB that a peer may take. Default: four fifths of what is free.", HelpName = "GB" };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Command command = new("table", "Every row of the documentation's table: medians, with ratios to the multiply-add limit measured in the same run.") { folder, only, repeats, peers, timeout, memory, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string? given = parsed.GetValue(folder)?.FullName;
            string used = given ?? Directory.CreateTempSubdirectory("pipeline-table-").FullName;
            try
            {
                TableRow[] rows = [.. TableRow.In(used).Where(r => $"{r.Verb} {r.Name}".Contains(parsed.GetValue(only) ?? "", StringComparison.OrdinalIgnoreCase))];
                PeerRun? others = parsed.GetValue(peers) is string python ? new PeerRun(python, parsed.GetValue(timeout), parsed.GetValue(memory)) : null;
                await RunAsync(rows, used, parsed.GetValue(repeats), others, parsed.GetValue(json), cancellationToken);
            }
            finally
            {
                if (given is null)
                {
                    Directory.Delete(used, recursive: true);
                }
            }
        });
        return command;
    }

    private static async Task RunAsync(TableRow[] rows, string folder, int repeats, PeerRun? others, bool json, CancellationToken cancellationToken)
    {
        JsonObject machine = await SelfAsync(["limit", "--json"], cancellationToken);
        double limit = machine["multiplyAddsPerCpuSecond"]!.GetValue<double>();
        List<TableMeasurement> measured = [];
        string? verb = null;
        if (!json)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Processor()}, {Environment.ProcessorCount} processors, {machine["vectorBits"]} bits. Limit: {machine["multiplyAddsPerSecond"]!.GetValue<double>() / 1e9:0} G multiply-adds a second, {limit / 1e9:0} a processor second. Medians of {repeats}, points and distances in float32."));
            if (others is not null)
            {
                (JsonObject? versions, string? failure) = await ChildProcess.PeerVersionsAsync(others.Python, cancellationToken);
                Console.WriteLine($"Peers: {(versions is null ? failure : string.Join(", ", versions.Select(v => $"{v.Key} {v.Value}")))}.");
            }
        }

        foreach (TableRow row in rows)
        {
            TableMeasurement measurement = await MeasureAsync(row, folder, repeats, others, limit, cancellationToken);
            measured.Add(measurement);
            if (json)
            {
                Console.Error.WriteLine(measurement.Line);
                continue;
            }

            if (!string.Equals(verb, row.Verb, StringComparison.Ordinal))
            {
                verb = row.Verb;
                Console.WriteLine($"\n{TableMeasurement.Header(row)}");
            }

            Console.WriteLine(measurement.Line);
        }

        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { multiplyAddsPerCpuSecond = limit, rows = measured }, PipelineJson.Compact));
        }
    }

    private static async Task<TableMeasurement> MeasureAsync(TableRow row, string folder, int repeats, PeerRun? others, double limit, CancellationToken cancellationToken)
    {
        FileInfo file = RecipeData.Find(folder, row.Kind, row.N, row.D);
        using TableTruth truth = new(file);
        string[] labels = row.Labels ? truth.Options : [];
        List<JsonObject> runs = [];
        for (int repeat = 0; repeat < repeats; repeat++)
        {
            runs.Add(await SelfAsync([row.Verb, file.FullName, "--dims", row.D.ToString(CultureInfo.InvariantCulture), .. row.Options, .. labels, "--json"], cancellationToken));
        }

        string found = truth.Describe(runs[^1]);
        double? weight = row.IsApproximate ? null : runs[0]["mstWeight"]?.GetValue<double>();
        List<PeerMeasurement> peers = [];
        foreach ((string peer, string[] told) in others is null ? [] : row.Peers)
        {
            string[] options = [.. told, .. labels, "--repeats", repeats.ToString(CultureInfo.InvariantCulture), .. others!.Options];
            (JsonObject? answer, string? failure) = await ChildProcess.RunPeerAsync(others.Python, peer, file, row.D, options, (2 * others.Timeout) + ImportSeconds, cancellationToken);
            peers.Add(answer is null ? new PeerMeasurement(peer, failure!) : PeerMeasurement.From(peer, answer, weight, truth.Describe(answer)));
        }

        double[] cpu = [.. runs.Select(run => run["cpuSeconds"]!.GetValue<double>()).Order()];
        return new TableMeasurement(
            row.Name, Median(runs, "seconds"), Median(runs, "cpuSeconds"), cpu[0], cpu[^1], runs.Max(run => run["peakBytes"]!.GetValue<long>()), row.MemoryBound, row.Pairs / limit, found, repeats, peers);
    }

    private static double Median(List<JsonObject> runs, string key)
    {
        double[] values = [.. runs.Select(run => run[key]!.GetValue<double>()).Order()];
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }

    /// <summary>The processor's name, where the system tells it.</summary>
    private static string Processor() => File.Exists("/proc/cpuinfo")
        && File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is string line
            ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();

    private static async Task<JsonObject> SelfAsync(string[] arguments, CancellationToken cancellationToken)
    {
        string program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Pipeline.Bench.exe" : "Pipeline.Bench");
        (JsonObject? answer, string? failure) = await ChildProcess.RunAsync(program, arguments, seconds: 3600, cancellationToken);
        return answer ?? throw new InvalidOperationException($"'{string.Join(' ', arguments)}': {failure}.");
    }

    /// <summary>How other libraries are run.</summary>
    /// <param name="Python">The interpreter that has them.</param>
    /// <param name="Timeout">Seconds to find the best setting, and again to measure it.</param>
    /// <param name="Memory">GB that a fit may take; null for what peers.py allows by itself.</param>
    private sealed record PeerRun(string Python, double Timeout, double? Memory)
    {
        public string[] Options =>
        [
            "--timeout", Timeout.ToString(CultureInfo.InvariantCulture),
            .. Memory is double memory ? ["--memory", memory.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
        ];
    }
}
