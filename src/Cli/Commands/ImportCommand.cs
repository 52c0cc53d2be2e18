using System.CommandLine;
using System.Globalization;
using Pipeline.Datasets;
using Pipeline.Intake;
using Pipeline.LocalHost;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>import</c>: files into the warehouse, and nothing else.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        Argument<string[]> files = new("FILE") { Description = "The files to take in: CSV, JSON, NDJSON, XLSX or Parquet, also packed; '-' is standard input.", Arity = ArgumentArity.OneOrMore };
        Option<string?> data = CommandOptions.Data($"The data folder. Default: the only one below {DataFolder.Root}, or {DataFolder.Root} where there is none.");
        Option<string?> dataset = CommandOptions.Dataset();
        IntakeArguments intakeArguments = new();
        Option<bool> json = CommandOptions.Json();
        Command command = new("import", "Take files of incidents, or of another data set, in; train and predict nothing.") { files, data, dataset, json };
        foreach (Option option in intakeArguments.All)
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "The rows that were stored before are kept; the same command takes in the rest.", async host =>
        {
            PipelineSettings settings = CommandHost.Settings();
            IntakeOptions intake = intakeArguments.Read(parsed, settings.Intake);
            SourceFile[] sources = [];
            try
            {
                foreach (string file in parsed.GetValue(files) ?? [])
                {
                    sources = [.. sources, .. SourceFile.OpenAll(file)];
                }

                string folder = DataFolder.Choose(parsed.GetValue(data), DataFolder.Root);
                await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(folder, settings, cancellationToken);
                CommandHost.Tell($"Data folder: {pipeline.Folder.Path}");
                Dataset target = await pipeline.Datasets.FindAsync(parsed.GetValue(dataset) ?? Dataset.Incidents, cancellationToken);
                List<ImportedFile> imported = [];
                foreach (SourceFile source in sources)
                {
                    imported.Add(await pipeline.Modes.DoAsync(token => ImportAsync(source, sources.Length > 1, intake, target, pipeline, token), cancellationToken));
                }

                host.Show(new { files = imported }, console => Write(console, imported));
                return imported.Max(file => file.ExitCode);
            }
            finally
            {
                foreach (SourceFile source in sources)
                {
                    source.Dispose();
                }
            }
        }, cancellationToken));
        return command;
    }

    // A file that cannot be taken in keeps no other from it.
    private static async Task<ImportedFile> ImportAsync(SourceFile source, bool isOneOfMany, IntakeOptions intake, Dataset target, LocalPipeline pipeline, CancellationToken cancellationToken)
    {
        string rejects = isOneOfMany ? Path.Combine(pipeline.Folder.Path, $"rejects-{FileName(source.Name)}.csv") : pipeline.Folder.Rejects;
        try
        {
            IntakeResult result = await ConsoleProgress.RunAsync(progress => ImportIncidents.ImportAsync(source, intake, pipeline.Incidents, rejects, new ImportProgress(progress), log: pipeline.Ingestions, erased: pipeline.ErasedNumbers, dataset: target, cancellationToken: cancellationToken));
            foreach (string remark in result.Remarks)
            {
                CommandHost.Tell($"{source.Name}: {remark}");
            }

            return new ImportedFile(source.Name, result.Source, result.Accepted, result.Rejected, result.RejectReasons.ToDictionary(r => r.Key.ToString(), r => r.Value, StringComparer.Ordinal), result.Added, result.Changed, result.Unchanged, result.Rejected > 0 ? rejects : null, null);
        }
        catch (IntakeException e)
        {
            CommandHost.Tell($"Error: {e.Message}");
            return new ImportedFile(source.Name, null, 0, 0, new Dictionary<string, int>(StringComparer.Ordinal), 0, 0, 0, null, e.Message) { ExitCode = e.IsUsageError ? LocalHost.ExitCode.WrongUsage : LocalHost.ExitCode.Failed };
        }
    }

    private static string FileName(string name) => new([.. Path.GetFileName(name).Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')]);

    private static void Write(IAnsiConsole console, List<ImportedFile> files)
    {
        ConsoleTable table = new("File", "Export of", "#Accepted", "#New", "#Changed", "Rejected");
        foreach (ImportedFile file in files)
        {
            string rejected = file.Problem is not null ? "refused" : string.Join(", ", file.Reasons.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Value} {r.Key}")).DefaultIfEmpty("0"));
            table.Add(ConsoleText.Name(Path.GetFileName(file.File)), file.Source ?? "", ConsoleText.Number(file.Accepted), ConsoleText.Number(file.Added), ConsoleText.Number(file.Changed), rejected);
        }

        table.Write(console);
    }

    /// <summary>What became of a file, as <c>--json</c> prints it.</summary>
    private sealed record ImportedFile(string File, string? Source, int Accepted, int Rejected, IReadOnlyDictionary<string, int> Reasons, int Added, int Changed, int Unchanged, string? Rejects, string? Problem)
    {
        [System.Text.Json.Serialization.JsonIgnore]
        public int ExitCode { get; init; }
    }
}
