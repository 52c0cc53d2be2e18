using System.CommandLine;
using System.Globalization;
using Pipeline.EmergencyStop;
using Pipeline.Keys;
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
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "Nothing was changed.", async host =>
        {
            string folder = DataFolder.Choose(parsed.GetValue(data));
            PipelineSettings settings = CommandHost.Settings();
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(folder, settings, cancellationToken);
            PipelineStatus status = await pipeline.Monitor.StatusAsync(cancellationToken);
            host.Show(status, console => Write(console, status));
            if (settings.KeepsAllInFolder && await StoredDataChecks.FindStrangersAsync(pipeline, cancellationToken) is string problem)
            {
                CommandHost.Tell(problem);
            }

            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    public static Command CreateValidate()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<bool> json = CommandOptions.Json();
        Command command = new("validate", "Check settings, storage, embedder and models: one PASS or FAIL line each.") { data, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "Not all checks were made, and nothing was changed.", async host =>
        {
            IReadOnlyList<Check> checks = await ChecksAsync(DataFolder.Choose(parsed.GetValue(data), DataFolder.Root), cancellationToken);
            host.Show(new { passed = checks.All(c => c.Passed), checks }, _ =>
            {
                foreach (Check check in checks)
                {
                    Console.Out.WriteLine(ConsoleText.Line($"{(check.Passed ? "PASS" : "FAIL")}  {NameOf(check)}: {check.Detail}"));
                }
            });
            return checks.All(c => c.Passed) ? ExitCode.Done : ExitCode.Failed;
        }, cancellationToken));
        return command;
    }

    private static async Task<IReadOnlyList<Check>> ChecksAsync(string folder, CancellationToken cancellationToken)
    {
        PipelineSettings settings;
        try
        {
            settings = CommandHost.Settings();
        }
        catch (CommandException e)
        {
            return [new Check("settings", Passed: false, e.Message)];
        }

        Check read = new("settings", Passed: true, "read and in range");
        try
        {
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(folder, settings, cancellationToken);
            CommandHost.Tell("Trying the stores and the embedder, and reading all that is stored.");
            IReadOnlyList<Check> tried = await pipeline.Monitor.ValidateAsync(cancellationToken);
            IReadOnlyList<Check> stored = await ConsoleProgress.RunAsync(progress => new StoredDataChecks(pipeline, progress).RunAsync(cancellationToken));
            return [read, new Check("data folder", Passed: true, pipeline.Folder.Path), .. tried, .. stored];
        }
        catch (Exception e) when (e is CommandException or Storage.WarehouseException or Storage.ObjectStoreException)
        {
            return [read, new Check("data folder", Passed: false, e.Message)];
        }
    }

    private static void Write(IAnsiConsole console, PipelineStatus status)
    {
        if (status.Mode.State != OperatingState.Running)
        {
            console.WriteLine(ConsoleText.Line(new HaltedException(status.Mode).Message));
        }

        console.WriteLine($"{ConsoleText.Count(status.WaitingForPreprocessing, "incident")} waiting for preprocessing, {ConsoleText.Number(status.DeadLetters)} kept aside. Embedder: {status.Embedder}.");
        foreach (KeyState key in status.Keys.Where(key => key.State is KeyAge.Aging or KeyAge.Overdue or KeyAge.Expiring or KeyAge.Expired))
        {
            console.WriteLine(ConsoleText.Line(key.DaysLeft is double left
                ? string.Create(CultureInfo.InvariantCulture, $"The certificate '{key.Name}' is valid for {left:0} days yet.")
                : string.Create(CultureInfo.InvariantCulture, $"The key '{key.Kind} {key.Name}' is in use for {key.Days:0} days. Rotate it: 'keys rotate'.")));
        }

        ConsoleTable table = new("Tech center", "#Incidents", "?#Ready", "#Predicted", "#Unclustered", "?#Newest", "#Version", "?#Problems", "?#Age");
        IReadOnlyList<TechCenterStatus> shown = ConsoleTable.Shown(status.TechCenters, c => c.Problem is not null, c => c.Incidents);
        foreach (TechCenterStatus center in shown)
        {
            table.Add(
                ConsoleText.TechCenter(center.Name),
                ConsoleText.Number(center.Incidents),
                ConsoleText.Number(center.Preprocessed),
                ConsoleText.Number(center.Predicted),
                ConsoleText.Number(center.Unclustered),
                center.NewestIncident?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "",
                center.Version ?? (center.Problem is null ? "none" : "unusable"),
                ConsoleText.Number(center.Problems),
                center.ModelAgeDays is double days ? string.Create(CultureInfo.InvariantCulture, $"{days:0.0} d") : "");
        }

        table.Write(console, status.TechCenters.Count - shown.Count);
        foreach (TechCenterStatus center in status.TechCenters.Where(c => c.Problem is not null))
        {
            Console.Out.WriteLine(ConsoleText.Line($"{ConsoleText.TechCenter(center.Name)}: {center.Problem}"));
        }
    }

    // The check of a tech center's model is called by the tech center.
    private static string NameOf(Check check)
    {
        const string Model = "model of ";
        return check.Name.StartsWith(Model, StringComparison.Ordinal) ? Model + ConsoleText.TechCenter(check.Name[Model.Length..]) : check.Name;
    }
}
