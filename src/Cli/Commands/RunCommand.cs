using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Datasets;
using Pipeline.Intake;
using Pipeline.LocalHost;

namespace Pipeline.Cli.Commands;

/// <summary><c>run</c>: a file of incidents in, named problems out.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        Option<string?> incidents = CommandOptions.Text("--incidents", "The file to read: CSV, JSON, NDJSON, XLSX or Parquet, also packed; '-' is standard input.", "FILE");
        incidents.Required = true;
        Option<string?> data = CommandOptions.Data($"The data folder; runs on the same folder accumulate. Default: a folder of its own for this content and these columns, below {DataFolder.Root}.");
        Option<string?> dataset = CommandOptions.Dataset();
        IntakeArguments intakeArguments = new();
        Option<int?> minClusterSize = CommandOptions.MinClusterSize();
        Option<int?> seed = CommandOptions.Seed();
        Option<string?> assignments = CommandOptions.Text("--assignments", "Also write each incident's problem and its variant to this CSV file, in the input's order.", "OUT.csv");
        Option<string?> report = CommandOptions.Report();
        Option<int?> threads = CommandOptions.Threads();
        Option<bool> open = DeskWindow.Option();
        Option<bool> json = CommandOptions.Json();

        Command command = new("run", "Find the problems in a file of incidents: import, preprocess, train where something is new, predict, report.")
        {
            incidents, data, dataset, minClusterSize, seed, assignments, report, threads, open, json,
        };
        foreach (Option option in intakeArguments.All)
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "What is done is kept; start the same command again to go on.", async host =>
        {
            DeskWindow.Check(parsed.GetValue(open), host.Json);
            string file = parsed.GetValue(incidents)!;
            PipelineSettings settings = CommandHost.Settings().With(parsed.GetValue(minClusterSize), parsed.GetValue(seed), parsed.GetValue(threads));
            IntakeOptions intake = intakeArguments.Read(parsed, settings.Intake);
            RunOutputs outputs = new(parsed.GetValue(assignments), parsed.GetValue(report), intake.RawRejects);
            outputs.Check();
            using SourceFile content = SourceFile.Open(file);
            string target = parsed.GetValue(dataset) ?? Dataset.Incidents;
            string folder = parsed.GetValue(data) ?? OwnFolder(content, intake, target);
            int done = await FindAsync(folder, settings, host, async (pipeline, run, token) => await run.FileAsync(content, intake, await pipeline.Datasets.FindAsync(target, token), outputs, token), cancellationToken);
            return await DeskWindow.EndAsync(done, parsed.GetValue(open), folder, settings, cancellationToken);
        }, cancellationToken));
        return command;
    }

    private static async Task<int> FindAsync(string folder, PipelineSettings settings, CommandHost host, Func<LocalPipeline, PipelineRun, CancellationToken, Task<int>> find, CancellationToken cancellationToken)
    {
        await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(folder, settings, cancellationToken);
        PipelineRun run = new(pipeline, host, settings.Training);
        return await pipeline.Modes.DoAsync(token => find(pipeline, run, token), cancellationToken);
    }

    // The same content, read in the same way, finds its folder again, so an interrupted run resumes; anything else never mixes with it.
    private static string OwnFolder(SourceFile content, IntakeOptions intake, string dataset)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(content.Hash());
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\n', intake.NumberColumn, intake.CreatedColumn, string.Join(',', intake.TextColumns ?? []), intake.TechCenterColumn)));
        string? other = string.Equals(dataset, Dataset.Incidents, StringComparison.OrdinalIgnoreCase) ? null : dataset;
        string[] further = [.. ((string?[])[other, intake.UpdatedColumn, intake.DateFormat, intake.DayFirst?.ToString(), intake.TimeZone, intake.Encoding]).OfType<string>()];
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\n', further)));
        string name = new([.. Path.GetFileNameWithoutExtension(content.Name).Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')]);
        return Path.Combine(DataFolder.Root, $"{name}-{Convert.ToHexStringLower(hash.GetHashAndReset())[..8]}");
    }
}
