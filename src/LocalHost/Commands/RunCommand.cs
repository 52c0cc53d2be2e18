using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Incidents;

namespace Pipeline.LocalHost.Commands;

/// <summary><c>run</c>: a CSV export in, named clusters out.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        Option<string> incidents = new("--incidents") { Description = "The CSV export to read.", HelpName = "FILE.csv", Required = true };
        Option<string?> data = CommandOptions.Data($"The data folder; runs on the same folder accumulate. Default: a folder of its own for this content and these columns, below {CommandOptions.DefaultDataFolder}.");
        Option<string?> number = new("--number-column") { Description = "The column with the incident's number. Default: 'number'; without one, numbers are derived from the rows.", HelpName = "C" };
        Option<string?> created = new("--created-column") { Description = "The column with the opening date; 'none' where there is none. Default: 'opened_at' or 'sys_created_on'.", HelpName = "C" };
        Option<string[]> texts = new("--text-columns") { Description = "The columns with the text, separated by commas. Default: 'short_description' and 'description'.", HelpName = "A,B" };
        texts.AllowMultipleArgumentsPerToken = true;
        Option<string?> techCenter = new("--tech-center-column") { Description = "The column with the tech center; 'none' puts all rows in one. Default: 'assignment_group'.", HelpName = "C" };
        Option<int?> minClusterSize = new("--min-cluster-size") { Description = "The smallest cluster. Default: grows with the number of incidents.", HelpName = "N" };
        Option<int?> seed = new("--seed") { Description = "Seeds every random choice. Default: 42.", HelpName = "N" };
        Option<string?> assignments = new("--assignments") { Description = "Also write each incident's cluster to this CSV file, in the input's order.", HelpName = "OUT.csv" };
        Option<string?> report = CommandOptions.Report();
        Option<int?> threads = CommandOptions.Threads();
        Option<bool> json = CommandOptions.Json();

        Command command = new("run", "Cluster the incidents of a CSV file: import, preprocess, train, predict, report.")
        {
            incidents, data, number, created, texts, techCenter, minClusterSize, seed, assignments, report, threads, json,
        };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), async console =>
        {
            string file = parsed.GetRequiredValue(incidents);
            CsvIntakeOptions intake = new()
            {
                NumberColumn = parsed.GetValue(number),
                CreatedColumn = parsed.GetValue(created),
                TextColumns = SplitColumns(parsed.GetValue(texts)),
                TechCenterColumn = parsed.GetValue(techCenter),
            };
            PipelineSettings settings = PipelineSettings.Load().With(parsed.GetValue(minClusterSize), parsed.GetValue(seed), parsed.GetValue(threads));
            string folder = parsed.GetValue(data) ?? await OwnFolderAsync(file, intake, cancellationToken);
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(folder, settings, cancellationToken);
            PipelineRun run = new(pipeline, console);
            return await run.CsvAsync(file, intake, new RunOutputs(parsed.GetValue(assignments), parsed.GetValue(report)), cancellationToken);
        }));
        return command;
    }

    private static string[]? SplitColumns(string[]? columns)
    {
        string[] split = [.. (columns ?? []).SelectMany(c => c.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        return split.Length == 0 ? null : split;
    }

    // The same content and columns find their folder again, so an interrupted run resumes; anything else never mixes with it.
    private static async Task<string> OwnFolderAsync(string file, CsvIntakeOptions intake, CancellationToken cancellationToken)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            await using FileStream stream = File.OpenRead(file);
            hash.AppendData(await SHA256.HashDataAsync(stream, cancellationToken));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The file '{file}' cannot be read: {e.Message}", ExitCode.WrongUsage, e);
        }

        hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\n', intake.NumberColumn, intake.CreatedColumn, string.Join(',', intake.TextColumns ?? []), intake.TechCenterColumn)));
        string name = new([.. Path.GetFileNameWithoutExtension(file).Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')]);
        return Path.Combine(CommandOptions.DefaultDataFolder, $"{name}-{Convert.ToHexStringLower(hash.GetHashAndReset())[..8]}");
    }
}
