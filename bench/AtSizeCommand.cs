using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Pipeline.Cli.Commands;
using Pipeline.LocalHost;
using Pipeline.Triggers;

namespace Pipeline.Bench;

/// <summary><c>at-size</c>: many incidents of fewer texts through the command line, stage by stage, each in a process of its own.</summary>
internal static class AtSizeCommand
{
    // The runtime in a container takes so much of its memory for the heap.
    private const double HeapShare = 0.75;

    private const string PostgreSql = "PostgreSql";

    private static readonly string[] Stages = ["import", "preprocess", "train", "predict"];
    private static readonly string[] Warehouses = ["Sqlite", PostgreSql];

    public static Command Create()
    {
        Option<int?> incidents = CommandOptions.Integer("--incidents", "Incidents, 1 to 9,999,999. Default: 100,000.", 1, 9_999_999);
        Option<int?> texts = CommandOptions.Integer("--texts", "Different texts among them, before masking makes some of them equal. Default: a fifth of the incidents.", 1, 9_999_999);
        Option<int?> centers = CommandOptions.Integer("--centers", "Tech centers, 1 to 10,000. Default: 15.", 1, 10_000);
        Option<int?> memory = CommandOptions.Integer("--memory", "The memory of the instance in MB that each stage has to do with: three quarters of it are the heap's limit. Default: all there is.", 64, 1_000_000);
        Option<int?> dimensions = CommandOptions.Integer("--dimensions", "Embed with the lexical embedder in so many dimensions, 64 to 8192. Default: the standard embedder.", 64, 8192);
        Option<string[]> stages = CommandOptions.List("--stages", $"The stages to run, separated by commas, of {string.Join(", ", Stages)}. Default: all.");
        Option<string[]> warehouses = CommandOptions.List("--warehouses", "The warehouses to run each stage on, one after the other, separated by commas: Sqlite, PostgreSql. The settings PostgreSql:* say where that is; it gets a schema of its own, which is dropped afterwards. Default: what the settings name.");
        Option<string?> data = CommandOptions.Data("The data folder, kept afterwards. Default: a new one, deleted afterwards.");
        Option<bool> json = CommandOptions.Json();
        Command command = new("at-size", "Time, processor seconds and peak memory of import, preprocess, train and predict for many incidents.") { incidents, texts, centers, memory, dimensions, stages, warehouses, data, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            int count = parsed.GetValue(incidents) ?? 100_000;
            AtSizeRows rows = new(count, Math.Min(count, parsed.GetValue(texts) ?? Math.Max(1, count / 5)), parsed.GetValue(centers) ?? 15);
            string[] asked = [.. CommandOptions.Split(parsed.GetValue(stages) ?? [])];
            if (asked.FirstOrDefault(stage => !Stages.Contains(stage, StringComparer.Ordinal)) is string unknown)
            {
                throw new CommandException($"--stages names '{unknown}'. Name some of {string.Join(", ", Stages)}.", ExitCode.WrongUsage);
            }

            string[] kinds = [.. CommandOptions.Split(parsed.GetValue(warehouses) ?? [])];
            if (kinds.FirstOrDefault(kind => !Warehouses.Contains(kind, StringComparer.Ordinal)) is string other)
            {
                throw new CommandException($"--warehouses names '{other}'. Name some of {string.Join(", ", Warehouses)}.", ExitCode.WrongUsage);
            }

            string folder = parsed.GetValue(data) ?? Directory.CreateTempSubdirectory("pipeline-at-size-").FullName;
            try
            {
                string[] chosen = [.. Stages.Where(stage => asked.Length == 0 || asked.Contains(stage, StringComparer.Ordinal))];
                List<AtSizeStage> measured = await RunAsync(rows, chosen, [.. kinds.DefaultIfEmpty("")], folder, Environment(parsed.GetValue(memory), parsed.GetValue(dimensions)), parsed.GetValue(json), cancellationToken);
                if (parsed.GetValue(json))
                {
                    Console.WriteLine(JsonSerializer.Serialize(new { rows.Incidents, rows.Texts, rows.Centers, memoryMegabytes = parsed.GetValue(memory), dimensions = parsed.GetValue(dimensions), processors = System.Environment.ProcessorCount, stages = measured }, PipelineJson.Compact));
                }
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

    private static async Task<List<AtSizeStage>> RunAsync(AtSizeRows rows, string[] stages, string[] warehouses, string folder, Dictionary<string, string> environment, bool json, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, rows.FileName);
        if (stages.Contains("import", StringComparer.Ordinal) && !File.Exists(file))
        {
            await AtomicFile.WriteAsync(file, rows.WriteAsync);
        }

        if (!json)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows.Incidents} incidents of {rows.Texts} texts in {rows.Centers} tech centers"));
            Console.WriteLine($"{"stage",-12}{"warehouse",-12}{"seconds",10}{"processor s",13}{"peak MB",9}");
        }

        string schema = $"at_size_{Guid.NewGuid():N}";
        try
        {
            List<AtSizeStage> measured = [];
            foreach ((string stage, string warehouse) in stages.SelectMany(_ => warehouses, (stage, warehouse) => (stage, warehouse)))
            {
                AtSizeStage one = await MeasureAsync(stage, warehouse, file, Path.Combine(folder, warehouse), WithWarehouse(environment, warehouse, schema), cancellationToken);
                measured.Add(one);
                if (!json)
                {
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{stage,-12}{warehouse,-12}{one.Seconds,10:0.0}{one.ProcessorSeconds,13:0.0}{one.PeakMegabytes,9:0}"));
                }
            }

            return measured;
        }
        finally
        {
            if (warehouses.Contains(PostgreSql, StringComparer.Ordinal))
            {
                await PostgreSqlServices.DropAsync(new ConfigurationBuilder().AddEnvironmentVariables().AddInMemoryCollection([new("PostgreSql:Schema", schema)]).Build());
            }
        }
    }

    private static async Task<AtSizeStage> MeasureAsync(string stage, string warehouse, string file, string folder, Dictionary<string, string> environment, CancellationToken cancellationToken)
    {
        string[] arguments = stage is "import" ? [stage, file, "--data", folder] : [stage, "--data", folder];
        MeasuredProcess run = await MeasuredProcess.RunAsync(arguments, environment, cancellationToken);
        return run.ExitCode == 0
            ? new AtSizeStage(stage, warehouse, Math.Round(run.Seconds, 1), Math.Round(run.ProcessorSeconds, 1), Math.Round(run.PeakMegabytes))
            : throw new CommandException($"{stage} ended with exit code {run.ExitCode} after {run.Seconds:0} s with {run.PeakMegabytes:0} MB at most: {run.Errors}", ExitCode.Failed);
    }

    private static Dictionary<string, string> WithWarehouse(Dictionary<string, string> environment, string warehouse, string schema)
    {
        Dictionary<string, string> settings = new(environment, StringComparer.Ordinal);
        if (warehouse.Length > 0)
        {
            settings["Warehouse__Kind"] = warehouse;
            settings["PostgreSql__Schema"] = schema;
        }

        return settings;
    }

    private static Dictionary<string, string> Environment(int? memory, int? dimensions)
    {
        Dictionary<string, string> environment = [];
        if (memory is int megabytes)
        {
            environment["DOTNET_GCHeapHardLimit"] = ((long)(HeapShare * megabytes * 1e6)).ToString("X", CultureInfo.InvariantCulture);
        }

        if (dimensions is int length)
        {
            environment["Embedder__Kind"] = "Lexical";
            environment["Lexical__Dimensions"] = length.ToString(CultureInfo.InvariantCulture);
        }

        return environment;
    }
}

/// <summary>What a stage took.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Warehouse">The kind of warehouse; empty for what the settings name.</param>
/// <param name="Seconds">By the clock.</param>
/// <param name="ProcessorSeconds">Of user and system, over all threads of the command; those of a server are not among them.</param>
/// <param name="PeakMegabytes">The most resident memory, in MB of 10^6 bytes, pages of mapped files included.</param>
internal sealed record AtSizeStage(string Stage, string Warehouse, double Seconds, double ProcessorSeconds, double PeakMegabytes);
