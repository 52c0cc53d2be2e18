using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Bench;

/// <summary><c>table [FOLDER]</c>: measures every row, each in a process of its own, beside the machine's limit and, where they are installed, the Python libraries.</summary>
internal static class TableCommand
{
    private const int Repeats = 2;
    private const double PeerSeconds = 150;

    public static Command Create()
    {
        Argument<DirectoryInfo?> folder = new("FOLDER") { Description = "Where the data sets are, and are kept when they have to be made. Default: a temporary folder, deleted afterwards.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> only = new("--only") { Description = "Only rows whose name holds this, such as 'emb' or 'n50000'.", HelpName = "TEXT" };
        Option<string?> peers = new("--peers") { Description = $"A Python that has hdbscan, fast_hdbscan, umap-learn and scikit-learn (those that it lacks are left out): runs them on the same rows, {PeerSeconds:0} s at most each.", HelpName = "PYTHON" };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Command command = new("table", $"Every row of the documentation's table: the better of {Repeats} runs, with ratios to the multiply-add limit measured in the same run.") { folder, only, peers, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string? given = parsed.GetValue(folder)?.FullName;
            string used = given ?? Directory.CreateTempSubdirectory("pipeline-table-").FullName;
            try
            {
                TableRow[] rows = [.. TableRow.All.Where(r => r.Name.Contains(parsed.GetValue(only) ?? "", StringComparison.OrdinalIgnoreCase))];
                await RunAsync(rows, used, parsed.GetValue(peers), parsed.GetValue(json), cancellationToken);
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

    private static async Task RunAsync(TableRow[] rows, string folder, string? python, bool json, CancellationToken cancellationToken)
    {
        double limit = (await SelfAsync(["limit", "--json"], cancellationToken))["multiplyAddsPerSecond"]!.GetValue<double>();
        List<TableMeasurement> measured = [];
        string? verb = null;
        if (!json)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Limit: {limit / 1e9:0} G multiply-adds a second on {Environment.ProcessorCount} processors."));
        }

        foreach (TableRow row in rows)
        {
            TableMeasurement measurement = await MeasureAsync(row, folder, python, limit, cancellationToken);
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

    private static async Task<TableMeasurement> MeasureAsync(TableRow row, string folder, string? python, double limit, CancellationToken cancellationToken)
    {
        FileInfo file = RecipeData.Find(folder, row.Kind, row.N, row.D);
        JsonObject? best = null;
        for (int repeat = 0; repeat < Repeats; repeat++)
        {
            JsonObject run = await SelfAsync([row.Verb, file.FullName, "--dims", row.D.ToString(CultureInfo.InvariantCulture), .. row.Options, "--json"], cancellationToken);
            best = best is null || Seconds(run) < Seconds(best) ? run : best;
        }

        Dictionary<string, double> peers = new(StringComparer.Ordinal);
        foreach (string peer in python is null ? [] : row.Peers)
        {
            if (await ChildProcess.TryRunPeerAsync(python!, peer, file, row.D, [], PeerSeconds, cancellationToken) is JsonObject answer)
            {
                peers[peer] = Seconds(answer);
            }
        }

        return new TableMeasurement(row.Name, Seconds(best!), best!["cpuSeconds"]!.GetValue<double>(), best["peakBytes"]!.GetValue<long>(), row.MemoryBound, row.Pairs / limit, peers);
    }

    private static double Seconds(JsonObject run) => run["seconds"]!.GetValue<double>();

    private static async Task<JsonObject> SelfAsync(string[] arguments, CancellationToken cancellationToken) =>
        await ChildProcess.TryRunAsync(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Pipeline.Bench.exe" : "Pipeline.Bench"), arguments, seconds: 3600, cancellationToken) ?? throw new InvalidOperationException($"'{string.Join(' ', arguments)}' failed.");
}
