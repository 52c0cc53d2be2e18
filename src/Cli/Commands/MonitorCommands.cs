using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Pipeline.Cli.Deployment;
using Pipeline.EmergencyStop;
using Pipeline.Keys;
using Pipeline.LocalHost;
using Pipeline.LocalHost.Hosting;
using Pipeline.Monitoring;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>status</c>, <c>validate</c> and <c>probe</c>: what is stored, whether all is in order, and whether a host answers.</summary>
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
        Option<bool> deployment = new("--deployment") { Description = "Check in place of that whether a service may go into production: serve the data folder for that time, or ask the one at --url, and try all that it must do. Sends a test message on each channel of the alerts." };
        Option<string?> url = CommandOptions.Text("--url", $"With --deployment: the address of a service that runs. A token with the role admin is taken from the variable {ServiceCredential.TokenVariable}, or a key from {ServiceCredential.KeyVariable}.", "URL");
        Command command = new("validate", "Check settings, storage, embedder and models: one PASS or FAIL line each.") { data, deployment, url, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(url) is not null && (!result.GetValue(deployment) || result.GetValue(data) is not null))
            {
                result.AddError("--url goes with --deployment and without --data: it is the address of the service to check.");
            }
        });
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "Not all checks were made, and nothing was changed.", async host =>
        {
            if (parsed.GetValue(deployment))
            {
                DeploymentReport report = parsed.GetValue(url) is string address
                    ? await ValidateDeployment.OfServiceAsync(address, cancellationToken)
                    : await ValidateDeployment.OfFolderAsync(DataFolder.Choose(parsed.GetValue(data)), CommandHost.Settings(), cancellationToken);
                host.Show(report, _ =>
                {
                    Write(report.Checks);
                    Console.Out.WriteLine($"Deployment Status: {report.Status}");
                });
                return report.Ready ? ExitCode.Done : ExitCode.Failed;
            }

            IReadOnlyList<Check> checks = await ChecksAsync(DataFolder.Choose(parsed.GetValue(data), DataFolder.Root), cancellationToken);
            host.Show(new { passed = checks.All(c => c.Passed), checks }, _ => Write(checks));
            return checks.All(c => c.Passed) ? ExitCode.Done : ExitCode.Failed;
        }, cancellationToken));
        return command;
    }

    public static Command CreateProbe()
    {
        Option<string?> url = CommandOptions.Text("--url", "Its address. Default: where Host__Address and Host__Port of the environment have it listen.", "URL");
        Command command = new("probe", "Ask a 'serve' that runs whether requests may be sent to it, for the health check of a container: exit code 0 where they may.") { url };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(json: false, "Nothing was changed.", async _ =>
        {
            // The environment alone: a probe every few seconds asks no key vault.
            HostSettings settings = HostSettings.Read(new ConfigurationBuilder().AddEnvironmentVariables().Build());
            string host = settings.Address is "0.0.0.0" or "::" ? "127.0.0.1" : settings.Address;
            Uri root = parsed.GetValue(url) is not string given ? new UriBuilder("http", host, settings.Port).Uri
                : Uri.TryCreate(given.TrimEnd('/') + "/", UriKind.Absolute, out Uri? named) && named.Scheme is "http" or "https" ? named
                : throw new CommandException($"--url is '{given}'; it must be an address such as http://127.0.0.1:7071.", ExitCode.WrongUsage);
            try
            {
                using HttpClient http = new() { Timeout = TimeSpan.FromSeconds(4) };
                using HttpResponseMessage answer = await http.GetAsync(new Uri(root, "api/health/ready"), cancellationToken);
                Console.Out.WriteLine(ConsoleText.Line(await answer.Content.ReadAsStringAsync(cancellationToken)));
                return answer.IsSuccessStatusCode ? ExitCode.Done : ExitCode.Failed;
            }
            catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                throw new CommandException($"{root} does not answer: {e.Message}", ExitCode.Failed, e);
            }
        }, cancellationToken));
        return command;
    }

    private static void Write(IEnumerable<Check> checks)
    {
        foreach (Check check in checks)
        {
            Console.Out.WriteLine(ConsoleText.Line($"{(check.Passed ? "PASS" : "FAIL")}  {NameOf(check)}: {check.Detail}"));
        }
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
