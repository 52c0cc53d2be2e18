using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.LocalHost;
using Pipeline.Requests;
using Pipeline.Streams;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>stream</c>: makes, fills, shows and looks after the streams of a data folder.</summary>
internal static class StreamCommands
{
    public static Command Create() => new("stream", "Items that are clustered as they come: make a stream, add to it, see what begins, save and restore it.")
    {
        CreateCreate(), CreateAdd(), CreateClusters(), CreateStats(), CreateTail(), CreateConfigure(), CreateBackup(), CreateRestore(), CreateVerify(),
    };

    private static Command CreateCreate()
    {
        Option<string[]> fields = Fields("--set", "A field of the configuration, such as similarityThreshold=0.75; may be given several times.");
        return Verb("create", "Make a stream; one that is there with the same configuration stays as it is.", [fields], otherwise: DataFolder.Root, async (parsed, pipeline, name, host, token) =>
        {
            StreamConfig config = StreamConfigReader.With(new StreamConfig(), Json(parsed.GetValue(fields) ?? []));
            StreamDefinition made = await pipeline.KeepStreams.CreateAsync(name, config, LocalUser.Name, token);
            host.Show(made, console => console.WriteLine($"Stream {made.Name}, embedder {made.Embedder}."));
        });
    }

    private static Command CreateAdd()
    {
        Argument<string> file = new("file") { HelpName = "FILE", Description = "A JSON array of items, or one item a line (NDJSON), with id, text and perhaps time and attributes. - reads standard input." };
        Command command = Verb("add", "Add items; those whose id is known are ignored, so that the same command can be given again.", [], null, async (parsed, pipeline, name, host, token) =>
        {
            CommandHost.Tell($"Adding to the stream {name}.");
            StreamItemsSender sender = new(pipeline.TakeStreamItems, name);
            using (StreamReader reader = parsed.GetValue(file) is "-" ? new StreamReader(Console.OpenStandardInput(), Encoding.UTF8) : OpenFile(parsed.GetValue(file)!))
            {
                await sender.SendAsync(reader, token);
            }

            host.Show(new { stream = name, accepted = sender.Accepted, duplicates = sender.Duplicates, rejected = sender.Refused }, console =>
            {
                console.WriteLine($"{ConsoleText.Count(sender.Accepted, "item")} added, {ConsoleText.Number(sender.Duplicates)} known before, {ConsoleText.Number(sender.Refused.Count)} refused.");
                foreach (RefusedItem item in sender.Refused.Take(10))
                {
                    Console.Out.WriteLine(ConsoleText.Line(string.Create(CultureInfo.InvariantCulture, $"{(item.Line is int line ? $"line {line}" : $"item {item.Index + 1}")}, {item.Id ?? "?"}: {item.Reason}")));
                }
            });
            if (sender.Refused.Count > 0)
            {
                throw new CommandException($"{ConsoleText.Count(sender.Refused.Count, "item")} of the file {(sender.Refused.Count == 1 ? "was" : "were")} refused, the others are in the stream {name}. Correct what is named, and give the same command again.", ExitCode.Failed);
            }
        });
        command.Arguments.Add(file);
        return command;
    }

    private static Command CreateClusters()
    {
        Option<int?> limit = CommandOptions.Integer("--limit", "Show at most this many. Default: 20.", 1, BrowseStreams.MostShown);
        return Verb("clusters", "Show the largest clusters.", [limit], null, async (parsed, pipeline, name, host, token) =>
        {
            StreamClusterList list = await pipeline.BrowseStreams.ClustersAsync(name, parsed.GetValue(limit) ?? 20, token);
            host.Show(list, console =>
            {
                ConsoleTable table = new("#Cluster", "Label", "#Items", "#An hour", "Trend", "Last seen", "Example");
                foreach (ShownCluster c in list.Clusters)
                {
                    table.Add(c.Id.ToString(CultureInfo.InvariantCulture), ConsoleText.Line(c.Label), ConsoleText.Number(c.Size), c.RatePerHour.ToString("0.00", CultureInfo.InvariantCulture), Word(c.Trend), Time(c.LastSeen), ConsoleText.Line(c.Examples is [string example, ..] ? example : ""));
                }

                table.Write(console, list.Total - list.Clusters.Count);
            });
        });
    }

    private static Command CreateStats() => Verb("stats", "Show counts, sizes, the last snapshot and how the clustering stands.", [], null, async (parsed, pipeline, name, host, token) =>
    {
        StreamStats stats = await pipeline.BrowseStreams.StatsAsync(name, token);
        host.Show(stats, console =>
        {
            console.WriteLine($"{ConsoleText.Count(stats.Items, "item")}, {ConsoleText.Number(stats.KeptItems)} kept, in {ConsoleText.Count(stats.Clusters, "cluster")}, {ConsoleText.Number(stats.Singletons)} of them with one item. {ConsoleText.Count(stats.Events, "event")} under way.");
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Similarity threshold {stats.SimilarityThresholdInForce:0.###}, configuration {stats.ConfigVersion}, about {stats.MemoryBytes / 1e6:0.0} MB."));
            console.WriteLine(stats.LastBackup is StreamBackup last ? $"Last snapshot {Time(last.At)}." : "No snapshot yet.");
            foreach (string damage in stats.Opened.Damaged)
            {
                Console.Out.WriteLine(ConsoleText.Line(damage));
            }
        });
    });

    private static Command CreateTail()
    {
        Option<int?> seconds = CommandOptions.Integer("--seconds", "Follow for so long what other senders in this process bring. Default: 0, what there is. A host that runs is followed at GET /api/streams/NAME/events.", 0, 86_400);
        return Verb("tail", "Show what began, grew and faded.", [seconds], null, async (parsed, pipeline, name, host, token) =>
        {
            await foreach (StreamNotice notice in pipeline.BrowseStreams.NoticesAsync(name, after: 0, TimeSpan.FromSeconds(parsed.GetValue(seconds) ?? 0), token))
            {
                StreamEvent about = notice.Event;
                host.Show(notice, _ => Console.Out.WriteLine(ConsoleText.Line(string.Create(CultureInfo.InvariantCulture, $"{Time(about.LastSeen)}  {about.Id}  {Word(about.Kind)} {Word(notice.Change)}: {about.Label}, {about.Items} items, {about.Rate:0.00} an hour{(about.Centers.Count > 0 ? $", {string.Join(", ", about.Centers)}" : "")}"))));
            }
        });
    }

    private static Command CreateConfigure()
    {
        Option<string[]> fields = Fields("--set", "A field and its new value, such as similarityThreshold=0.75; may be given several times. Without one, the configuration is shown.");
        return Verb("config", "Show or change the configuration.", [fields], null, async (parsed, pipeline, name, host, token) =>
        {
            string[] given = parsed.GetValue(fields) ?? [];
            if (given.Length > 0)
            {
                await pipeline.Modes.RequireAsync(changes: true, token);
            }

            StreamConfigVersion version = given.Length == 0
                ? (await pipeline.KeepStreams.ConfigsAsync(name, token))[^1]
                : await pipeline.KeepStreams.ConfigureAsync(name, Json(given), LocalUser.Name, token);
            host.Show(version, console => console.WriteLine(JsonSerializer.Serialize(version, PipelineJson.Indented)));
        });
    }

    private static Command CreateBackup() => Verb("backup", "Make a snapshot now, and list all there are.", [], null, async (parsed, pipeline, name, host, token) =>
    {
        StreamBackup made = await pipeline.KeepStreams.BackUpAsync(name, token);
        IReadOnlyList<StreamBackup> all = await pipeline.KeepStreams.BackupsAsync(name, token);
        host.Show(new { made, backups = all }, console =>
        {
            ConsoleTable table = new("Snapshot", "#Entries", "#KB");
            foreach (StreamBackup backup in all)
            {
                table.Add(backup.At.ToString("O", CultureInfo.InvariantCulture), ConsoleText.Number(backup.Sequence), ConsoleText.Number(backup.Bytes / 1000));
            }

            table.Write(console, 0);
        });
    });

    private static Command CreateRestore()
    {
        Option<string?> to = CommandOptions.Text("--to", "The moment, such as 2026-03-01T14:05:00Z, or latest. Default: latest.", "TIME");
        return Verb("restore", "Take the state of a moment up again, from the nearest snapshot and the log.", [to], null, async (parsed, pipeline, name, host, token) =>
        {
            StreamOpening opening = await pipeline.KeepStreams.RestoreAsync(name, parsed.GetValue(to) ?? "latest", token);
            host.Show(opening, console =>
            {
                console.WriteLine($"Restored to entry {ConsoleText.Number(opening.Sequence)}: from {(opening.Snapshot is DateTimeOffset at ? $"the snapshot of {Time(at)}" : "the beginning")} and {ConsoleText.Number(opening.Replayed)} entries of the log.");
                foreach (string damage in opening.Damaged)
                {
                    Console.Out.WriteLine(ConsoleText.Line(damage));
                }
            });
        });
    }

    private static Command CreateVerify() => Verb("verify", "Read all that is kept and tell what is damaged; exit code 1 where anything is.", [], null, async (parsed, pipeline, name, host, token) =>
    {
        StreamVerification found = await pipeline.KeepStreams.VerifyAsync(name, token);
        host.Show(found, _ =>
        {
            Console.Out.WriteLine($"{(found.Sound ? "PASS" : "FAIL")}  {ConsoleText.Count(found.Snapshots, "snapshot")}, {ConsoleText.Count(found.LogObjects, "part")} of the log{(found.Replayed == true ? ", and the newest snapshot follows from the one before" : "")}");
            foreach (string problem in found.Problems)
            {
                Console.Out.WriteLine(ConsoleText.Line(problem));
            }
        });
        if (!found.Sound)
        {
            throw new CommandException($"Of the stream {name} not all is as it was written. Restore what is named from a backup of the object store; the stream itself goes on from what is sound.", ExitCode.Failed);
        }
    });

    private static Command Verb(string verb, string description, Option[] options, string? otherwise, Func<ParseResult, LocalPipeline, string, CommandHost, CancellationToken, Task> run)
    {
        Argument<string> name = new("name") { HelpName = "NAME", Description = "The stream's name." };
        Option<string?> data = CommandOptions.DataOfStep();
        Option<bool> json = CommandOptions.Json();
        Command command = new(verb, description) { name, data, json };
        foreach (Option option in options)
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "What was added is kept; the same command goes on.", async host =>
        {
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(DataFolder.Choose(parsed.GetValue(data), otherwise), CommandHost.Settings(), cancellationToken);
            Task RunAsync(CancellationToken token) => run(parsed, pipeline, parsed.GetValue(name)!, host, token);
            await (verb is "create" or "add" or "restore" ? pipeline.Modes.DoAsync(RunAsync, cancellationToken) : RunAsync(cancellationToken));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Option<string[]> Fields(string name, string description)
    {
        Option<string[]> option = new(name) { Description = description, HelpName = "FIELD=NUMBER" };
        option.Validators.Add(result =>
        {
            foreach (string token in result.Tokens.Select(t => t.Value).Where(t => t.Split('=') is not [{ Length: > 0 }, string number] || !double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out _)))
            {
                result.AddError($"{name} is '{token}'; it must be a field and a number with = between, such as similarityThreshold=0.75.");
            }
        });
        return option;
    }

    private static JsonElement Json(string[] fields) =>
        JsonDocument.Parse($"{{{string.Join(',', fields.Select(f => f.Split('=')).Select(f => $"{JsonSerializer.Serialize(f[0])}:{double.Parse(f[1], CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture)}"))}}}").RootElement;

    private static StreamReader OpenFile(string path)
    {
        try
        {
            return new StreamReader(path, Encoding.UTF8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The file '{path}' cannot be read: {e.Message}", ExitCode.WrongUsage, e);
        }
    }

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
