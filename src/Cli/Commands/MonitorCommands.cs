using System.CommandLine;
using System.Globalization;
using Pipeline.LocalHost;
using Pipeline.Monitoring;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>status</c> and <c>validate</c>: what is stored, and whether all is in order.</summary>
internal static class MonitorCommands
{
    public static Command CreateStatus()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<bool> json = CommandOptions.Json();
        Command command = new("status", "Show what is stored, how old it is and what waits, per tech center.") { data, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), async host =>
        {
            string folder = DataFolder.Existing(parsed.GetValue(data) ?? CommandOptions.DefaultDataFolder);
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(folder, PipelineSettings.Load(), cancellationToken);
            PipelineStatus status = await pipeline.Monitor.StatusAsync(cancellationToken);
            host.Show(status, console => Write(console, status));
            return ExitCode.Done;
        }));
        return command;
    }

    public static Command CreateValidate()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<bool> json = CommandOptions.Json();
        Command command = new("validate", "Check settings, storage, embedder and models: one PASS or FAIL line each.") { data, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), async host =>
        {
            IReadOnlyList<Check> checks = await ChecksAsync(parsed.GetValue(data) ?? CommandOptions.DefaultDataFolder, cancellationToken);
            host.Show(new { passed = checks.All(c => c.Passed), checks }, _ =>
            {
                foreach (Check check in checks)
                {
                    Console.Out.WriteLine($"{(check.Passed ? "PASS" : "FAIL")}  {check.Name}: {check.Detail}");
                }
            });
            return checks.All(c => c.Passed) ? ExitCode.Done : ExitCode.Failed;
        }));
        return command;
    }

    private static async Task<IReadOnlyList<Check>> ChecksAsync(string folder, CancellationToken cancellationToken)
    {
        PipelineSettings settings;
        try
        {
            settings = PipelineSettings.Load();
        }
        catch (CommandException e)
        {
            return [new Check("settings", Passed: false, e.Message)];
        }

        Check read = new("settings", Passed: true, "read and in range");
        try
        {
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(folder, settings, cancellationToken);
            return [read, new Check("data folder", Passed: true, pipeline.Folder.Path), .. await pipeline.Monitor.ValidateAsync(cancellationToken)];
        }
        catch (Exception e) when (e is CommandException or Storage.WarehouseException or Storage.ObjectStoreException)
        {
            return [read, new Check("data folder", Passed: false, e.Message)];
        }
    }

    private static void Write(IAnsiConsole console, PipelineStatus status)
    {
        console.WriteLine($"Embedder {status.Embedder}; {status.WaitingForPreprocessing} incidents wait for preprocessing, {status.DeadLetters} are kept aside.");
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("Tech center", "Incidents", "Ready", "Predicted", "Noise", "Newest incident", "Model", "Clusters", "Model age");
        foreach (TechCenterStatus center in status.TechCenters)
        {
            table.AddRow(
                new Text(center.Name),
                new Text($"{center.Incidents}"),
                new Text($"{center.Preprocessed}"),
                new Text($"{center.Predicted}"),
                new Text($"{center.Unclustered}"),
                new Text(center.NewestIncident?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? ""),
                new Text(center.Version ?? (center.Problem is null ? "none" : "unusable")),
                new Text($"{center.Clusters}"),
                new Text(center.ModelAgeDays is double days ? string.Create(CultureInfo.InvariantCulture, $"{days:0.0} d") : ""));
        }

        console.Write(table);
        foreach (TechCenterStatus center in status.TechCenters.Where(c => c.Problem is not null))
        {
            Console.Out.WriteLine($"{center.Name}: {center.Problem}");
        }
    }
}
