using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Datasets;
using Pipeline.LocalHost;
using Pipeline.Requests;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>dataset</c>: what kinds of rows there are, and what holds for them.</summary>
internal static class DatasetCommand
{
    public static Command Create() => new("dataset", "Define data sets, and show those that there are.") { CreateAdd(), CreateList(), CreateShow() };

    private static Command CreateAdd()
    {
        Argument<string> name = new("NAME") { Description = "The name: up to 40 lower-case letters, digits and dashes." };
        Option<string?> kind = CommandOptions.Text("--kind", "What the rows are: text, or records of numbers and categories. Default: text.", "KIND");
        Option<string?> schema = CommandOptions.Text("--schema", "The file with the JSON Schema that rows must satisfy; records need one, whose properties are the columns.", "FILE.json");
        Option<bool> strict = new("--strict") { Description = "Store nothing of a batch with a bad row, instead of keeping bad rows aside." };
        Option<string?> partition = CommandOptions.Text("--partition-column", "The column by which rows are divided, each part with a model of its own. Default: records are not divided; texts by their tech center.", "C");
        Option<string?> number = CommandOptions.Text("--number-column", "The column with the row's number. Default: numbers are derived from the rows of records, and looked for in those of texts.", "C");
        Option<string?> created = CommandOptions.Text("--created-column", "The column with the row's date.", "C");
        Option<string?> updated = CommandOptions.Text("--updated-column", "The column with the date of the last change.", "C");
        Option<string[]> texts = CommandOptions.List("--text-columns", "Of texts, the columns that are read, separated by commas.");
        Option<int?> retention = CommandOptions.Integer("--retention-days", "How many days older than the newest row a row is when it goes to the archive. Default: as the setting Archive:AfterMonths says.", 1, 36_500);
        Option<bool> replace = new("--replace") { Description = "Replace the definition of the data set of this name, if there is one." };
        Option<string?> data = DataOption();
        Option<bool> json = CommandOptions.Json();
        Command command = new("add", "Define a data set.") { name, kind, schema, strict, partition, number, created, updated, texts, retention, replace, data, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "Nothing was defined.", async host =>
        {
            string[] columns = CommandOptions.Split(parsed.GetValue(texts) ?? []);
            Dataset dataset = new()
            {
                Name = parsed.GetValue(name)!,
                Kind = DatasetKinds.Parse(parsed.GetValue(kind) ?? "text"),
                Schema = parsed.GetValue(schema) is { } file ? await ReadSchemaAsync(file, cancellationToken) : null,
                Strict = parsed.GetValue(strict),
                PartitionColumn = parsed.GetValue(partition),
                NumberColumn = parsed.GetValue(number),
                CreatedColumn = parsed.GetValue(created),
                UpdatedColumn = parsed.GetValue(updated),
                TextColumns = columns.Length > 0 ? columns : null,
                RetentionDays = parsed.GetValue(retention),
            };
            await using LocalPipeline pipeline = await OpenAsync(parsed.GetValue(data), cancellationToken);
            await pipeline.Modes.RequireAsync(changes: true, cancellationToken);
            bool isNew = true;
            if (parsed.GetValue(replace))
            {
                isNew = await pipeline.Datasets.PutAsync(dataset, cancellationToken);
            }
            else
            {
                await pipeline.Datasets.AddAsync(dataset, cancellationToken);
            }

            host.Show(dataset, console => console.WriteLine($"{(isNew ? "Added" : "Replaced")} the data set '{dataset.Name}' in {pipeline.Folder.Path}."));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Command CreateList()
    {
        Option<string?> data = DataOption();
        Option<bool> json = CommandOptions.Json();
        Command command = new("list", "List the data sets.") { data, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "Nothing has changed.", async host =>
        {
            await using LocalPipeline pipeline = await OpenAsync(parsed.GetValue(data), cancellationToken);
            IReadOnlyList<Dataset> all = await pipeline.Datasets.ListAsync(cancellationToken);
            host.Show(new { datasets = all }, console =>
            {
                ConsoleTable table = new("Data set", "Kind", "Strict", "Divided by", "#Columns learned from", "#Archived after days");
                foreach (Dataset dataset in all)
                {
                    table.Add(
                        dataset.Name, KindOf(dataset), dataset.Strict ? "yes" : "no", dataset.PartitionColumn ?? (dataset.Kind == DatasetKind.Text ? "tech center" : ""),
                        dataset.Kind == DatasetKind.Records ? ConsoleText.Number(dataset.Columns.Count) : "", dataset.RetentionDays?.ToString(CultureInfo.InvariantCulture) ?? "");
                }

                table.Write(console);
            });
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Command CreateShow()
    {
        Argument<string> name = new("NAME") { Description = "The data set." };
        Option<string?> data = DataOption();
        Option<bool> json = CommandOptions.Json();
        Command command = new("show", "Show a data set with its schema.") { name, data, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "Nothing has changed.", async host =>
        {
            await using LocalPipeline pipeline = await OpenAsync(parsed.GetValue(data), cancellationToken);
            Dataset dataset = await pipeline.Datasets.FindAsync(parsed.GetValue(name)!, cancellationToken);
            host.Show(dataset, console => console.WriteLine(JsonSerializer.Serialize(dataset, PipelineJson.Indented)));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Option<string?> DataOption() => CommandOptions.Data($"The data folder. Default: the only one below {DataFolder.Root}, or {DataFolder.Root} where there is none.");

    private static Task<LocalPipeline> OpenAsync(string? folder, CancellationToken cancellationToken) =>
        LocalPipeline.OpenAsync(DataFolder.Choose(folder, DataFolder.Root), CommandHost.Settings(), cancellationToken);

    private static string KindOf(Dataset dataset) => dataset.Kind == DatasetKind.Records ? "records" : "text";

    private static async Task<JsonElement> ReadSchemaAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            await using FileStream stream = File.OpenRead(file);
            return await JsonSerializer.DeserializeAsync<JsonElement>(stream, cancellationToken: cancellationToken);
        }
        catch (JsonException e)
        {
            throw RequestException.Invalid("schema", $"The schema in '{file}' is not valid JSON: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The schema '{file}' cannot be read: {UserMessage.Sentence(e)} Check the path that --schema names.", ExitCode.WrongUsage, e);
        }
    }
}
