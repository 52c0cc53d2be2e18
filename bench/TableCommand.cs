using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Bench;

/// <summary><c>table [FOLDER]</c>: measures every row, each in a process of its own, beside the machine's limit and, where they are installed, the Python libraries.</summary>
internal static class TableCommand
{
    private const double PeerSeconds = 150;

    /// <summary>A peer may try several settings, each to its end, before the best is repeated.</summary>
    private const double PeerSecondsInAll = 900;

    public static Command Create()
    {
        Argument<DirectoryInfo?> folder = new("FOLDER") { Description = "Where the data sets are, and are kept when they have to be made; where it holds described sets (NAME.json beside NAME.f32), exactly those are measured. Default: a temporary folder, deleted afterwards.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> only = new("--only") { Description = "Only rows whose name holds this, such as 'emb' or 'n50000'.", HelpName = "TEXT" };
        Option<int> repeats = new("--repeats") { Description = "How often everything is measured, peers too; the medians are printed.", DefaultValueFactory = _ => 2 };
        Option<string?> peers = new("--peers") { Description = $"A Python that has hdbscan, fast_hdbscan, umap-learn and scikit-learn (the table says which it lacks): runs them on the same rows, each in its exact settings and the best repeated; no setting is begun after {PeerSeconds:0} s.", HelpName = "PYTHON" };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Command command = new("table", "Every row of the documentation's table: medians, with ratios to the multiply-add limit measured in the same run.") { folder, only, repeats, peers, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string? given = parsed.GetValue(folder)?.FullName;
            string used = given ?? Directory.CreateTempSubdirectory("pipeline-table-").FullName;
            try
            {
                TableRow[] rows = [.. TableRow.In(used).Where(r => r.Name.Contains(parsed.GetValue(only) ?? "", StringComparison.OrdinalIgnoreCase))];
                await RunAsync(rows, used, parsed.GetValue(repeats), parsed.GetValue(peers), parsed.GetValue(json), cancellationToken);
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

    private static async Task RunAsync(TableRow[] rows, string folder, int repeats, string? python, bool json, CancellationToken cancellationToken)
    {
        JsonObject machine = await SelfAsync(["limit", "--json"], cancellationToken);
        double limit = machine["multiplyAddsPerSecond"]!.GetValue<double>();
        List<TableMeasurement> measured = [];
        string? verb = null;
        if (!json)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Processor()}, {Environment.ProcessorCount} processors, {machine["vectorBits"]} bits. Limit: {limit / 1e9:0} G multiply-adds a second, {machine["multiplyAddsPerCpuSecond"]!.GetValue<double>() / 1e9:0} a processor second. Medians of {repeats}."));
        }

        foreach (TableRow row in rows)
        {
            TableMeasurement measurement = await MeasureAsync(row, folder, repeats, python, limit, cancellationToken);
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
            Console.WriteLine(JsonSerializer.Serialize(new { multiplyAddsPerSecond = limit, rows = measured }, PipelineJson.Compact));
        }
    }

    private static async Task<TableMeasurement> MeasureAsync(TableRow row, string folder, int repeats, string? python, double limit, CancellationToken cancellationToken)
    {
        FileInfo file = RecipeData.Find(folder, row.Kind, row.N, row.D);
        List<JsonObject> runs = [];
        for (int repeat = 0; repeat < repeats; repeat++)
        {
            runs.Add(await SelfAsync([row.Verb, file.FullName, "--dims", row.D.ToString(CultureInfo.InvariantCulture), .. row.Options, "--json"], cancellationToken));
        }

        double? weight = row.IsApproximate ? null : runs[0]["mstWeight"]?.GetValue<double>();
        List<PeerMeasurement> peers = [];
        foreach (string peer in python is null ? [] : row.Peers)
        {
            string[] options = ["--repeats", repeats.ToString(CultureInfo.InvariantCulture), "--seconds", PeerSeconds.ToString(CultureInfo.InvariantCulture)];
            (JsonObject? answer, string? failure) = await ChildProcess.RunPeerAsync(python!, peer, file, row.D, options, PeerSecondsInAll, cancellationToken);
            peers.Add(answer is null ? new PeerMeasurement(peer, failure!) : PeerMeasurement.From(peer, answer, weight));
        }

        double[] cpu = [.. runs.Select(run => run["cpuSeconds"]!.GetValue<double>()).Order()];
        return new TableMeasurement(
            row.Name, Median(runs, "seconds"), Median(runs, "cpuSeconds"), cpu[0], cpu[^1], runs.Max(run => run["peakBytes"]!.GetValue<long>()), row.MemoryBound, row.Pairs / limit, peers);
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
}
