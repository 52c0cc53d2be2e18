using System.CommandLine;
using System.Globalization;
using Pipeline.Classification;
using Pipeline.Forecasting;
using Pipeline.LocalHost;
using Pipeline.Models;
using Pipeline.Requests;
using Pipeline.Rollout;
using Pipeline.Storage;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>forecast</c>: what is to be expected of a problem, a tech center or the company in the weeks that follow; and by which version that is told.</summary>
internal static class ForecastCommand
{
    private const string NothingChanged = "Nothing was changed.";

    public static Command Create()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<string?> center = CommandOptions.Text("--tech-center", "The tech center. Default: with --id the only one, otherwise all together.", "C");
        Option<int?> id = CommandOptions.Integer("--id", "The problem, as 'problems' lists it. Default: all incidents.", 0, int.MaxValue);
        Option<int?> weeks = CommandOptions.Integer("--weeks", "How many weeks. Default: 8.", 1, CountForecaster.MostWeeks);
        Option<bool> json = CommandOptions.Json();
        Command command = new("forecast", "Forecast the incidents of a problem, a tech center or all of them, week by week, with intervals.") { data, center, id, weeks, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, data, json, async (pipeline, host) =>
        {
            string? asked = parsed.GetValue(weeks)?.ToString(CultureInfo.InvariantCulture);
            if (parsed.GetValue(id) is int problem)
            {
                ProblemForecast forecast = await pipeline.Forecast.RunAsync(parsed.GetValue(center) ?? "", problem.ToString(CultureInfo.InvariantCulture), asked, cancellationToken);
                host.Show(forecast, console => Write(console, forecast.Label, forecast.History, forecast.Model, forecast.QuietSince, forecast.Methods, forecast.Weeks));
            }
            else
            {
                VolumeForecast forecast = await pipeline.ForecastVolume.RunAsync(parsed.GetValue(center), asked, cancellationToken);
                host.Show(forecast, console => Write(console, forecast.TechCenter ?? "All tech centers", forecast.History, forecast.Model, forecast.QuietSince, forecast.Methods, forecast.Weeks));
            }

            return ExitCode.Done;
        }, cancellationToken));
        command.Subcommands.Add(CreateTrain());
        command.Subcommands.Add(CreateModels());
        command.Subcommands.Add(CreatePromote());
        command.Subcommands.Add(CreateRollback());
        return command;
    }

    /// <summary>Learns to forecast where a new version of the problems serves, several tech centers at a time. What is predicted stays, whatever becomes of it.</summary>
    public static async Task RefreshAsync(LocalPipeline pipeline, IReadOnlyList<PredictionOutcome> predicted, CancellationToken cancellationToken)
    {
        await Parallel.ForEachAsync(predicted.Where(p => !p.Failed), cancellationToken, async (outcome, stop) =>
        {
            try
            {
                await pipeline.Modes.DoAsync(token => pipeline.TrainForecasts.RefreshAsync(outcome.TechCenter, token), stop);
            }
            catch (Exception e) when (e is ModelException or WarehouseException or ObjectStoreException)
            {
                CommandHost.Tell($"The forecasts of {ConsoleText.TechCenter(outcome.TechCenter)} could not be trained, and are tried again after the next prediction: {e.Message}");
            }
        });
    }

    private static Command CreateTrain()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<string?> center = CommandOptions.Text("--tech-center", "Only this tech center. Default: all.", "C");
        Option<bool> json = CommandOptions.Json();
        Command command = new("train", "Learn to forecast: what each method counts for, how far it errs, what a holiday takes away. Predictions by a new version, and the first of each month, do so by themselves.") { data, center, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, data, json, async (pipeline, host) =>
        {
            List<ForecastTraining> trained = [];
            foreach (string named in await pipeline.TrainForecasts.ListAsync(parsed.GetValue(center), cancellationToken))
            {
                if (await pipeline.Modes.DoAsync(token => pipeline.TrainForecasts.RunAsync(named, token), cancellationToken) is ForecastTraining done)
                {
                    trained.Add(done);
                }
            }

            host.Show(new { techCenters = trained }, console => Write(console, trained));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Command CreateModels()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Argument<string> center = Center();
        Option<bool> json = CommandOptions.Json();
        Command command = new("models", "List the versions of a tech center's forecasts with their stages.") { center, data, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, data, json, async (pipeline, host) =>
        {
            ForecastVersions listed = await pipeline.ManageForecasts.ListAsync(parsed.GetRequiredValue(center), cancellationToken);
            host.Show(listed, console => Write(console, listed.Versions, listed.History, listed.Damaged ?? []));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Command CreatePromote()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        (Argument<string> center, Argument<string> version) = (Center(), new Argument<string>("version") { HelpName = "VERSION", Description = "The version, such as 2026_w23." });
        Option<string?> reason = Reason();
        Option<bool> force = new("--force") { Description = "Do it though it did worse than the one that serves; needs --reason." };
        Option<bool> json = CommandOptions.Json();
        Command command = new("promote", "Have forecasts made by a version from now on.") { center, version, reason, force, data, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, data, json, async (pipeline, host) =>
        {
            await pipeline.Modes.RequireAsync(changes: true, cancellationToken);
            Show(host, await pipeline.ManageForecasts.PromoteAsync(parsed.GetRequiredValue(center), parsed.GetRequiredValue(version), new StageOrder(CommandAudit.Who, parsed.GetValue(reason), parsed.GetValue(force)), cancellationToken));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Command CreateRollback()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Argument<string> center = Center();
        Option<string?> reason = Reason();
        Option<bool> json = CommandOptions.Json();
        Command command = new("rollback", "Have forecasts made by the version before.") { center, reason, data, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, data, json, async (pipeline, host) =>
        {
            await pipeline.Modes.RequireAsync(changes: true, cancellationToken);
            Show(host, await pipeline.ManageForecasts.RollBackAsync(parsed.GetRequiredValue(center), new StageOrder(CommandAudit.Who, parsed.GetValue(reason)), cancellationToken));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Argument<string> Center() => new("tech-center") { HelpName = "CENTER", Description = "The tech center's name, or its folder's." };

    private static Option<string?> Reason() => CommandOptions.Text("--reason", "Why; it is kept with the change.", "TEXT");

    private static Task<int> RunAsync(ParseResult parsed, Option<string?> data, Option<bool> json, Func<LocalPipeline, CommandHost, Task<int>> run, CancellationToken cancellationToken) =>
        CommandHost.RunAsync(parsed.GetValue(json), NothingChanged, async host =>
        {
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(DataFolder.Choose(parsed.GetValue(data)), CommandHost.Settings(), cancellationToken);
            try
            {
                return await run(pipeline, host);
            }
            catch (RequestException e)
            {
                throw new CommandException(e.Message, e.Problem == RequestProblem.Unprocessable ? ExitCode.Failed : ExitCode.WrongUsage);
            }
        }, cancellationToken);

    private static void Write(IAnsiConsole console, string name, int history, string? model, DateOnly? quietSince, IReadOnlyList<ForecastWeight> methods, IReadOnlyList<ForecastWeek> weeks)
    {
        string weights = string.Join(", ", methods.OrderByDescending(m => m.Weight).Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Method} {m.Weight:0.00}")));
        console.WriteLine(ConsoleText.Line($"{name}: {ConsoleText.Count(history, "week")} of history. Methods{(model is null ? "" : $" as {model} weighs them")}: {weights}"));
        if (quietSince is DateOnly since)
        {
            console.WriteLine(ConsoleText.Line(string.Create(CultureInfo.InvariantCulture, $"No incident in the {ConsoleText.Count((weeks[0].Week.DayNumber - since.DayNumber) / 7, "whole week")} since {since:yyyy-MM-dd}: they count as zeros. If the export ends there, import a newer one.")));
        }

        ConsoleTable table = new("Week of", "#Expected", "#80 %", "#95 %", "?#Holidays");
        foreach (ForecastWeek week in weeks)
        {
            table.Add(
                week.Week.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Number(week.Mean), $"{Number(week.Low80)} to {Number(week.High80)}", $"{Number(week.Low95)} to {Number(week.High95)}", week.Holidays == 0 ? "" : ConsoleText.Number(week.Holidays));
        }

        table.Write(console);
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<ForecastTraining> trained)
    {
        ConsoleTable table = new("Tech center", "Version", "Stage", "#Problems", "#Tested", "#MASE", "#Naive", "#Better", "#In 80 %");
        foreach (ForecastTraining training in trained)
        {
            table.Add(
                ConsoleText.TechCenter(training.TechCenter), training.Version, training.Stage.ToString().ToLowerInvariant(), ConsoleText.Number(training.Problems),
                Measure("tested_problems", "0"), Measure("mase", "0.000"), Measure("naive_mase", "0.000"), Measure("better", "0 %"), Measure("in80", "0 %"));
            string Measure(string key, string format) => training.Measures.TryGetValue(key, out double value) ? value.ToString(format, CultureInfo.InvariantCulture) : "";
        }

        table.Write(console);
    }

    private static void Show(CommandHost host, CenterStages stages) => host.Show(stages, console => Write(console, stages.Versions, stages.History, []));

    private static void Write(IAnsiConsole console, IReadOnlyList<StagedVersion> versions, IReadOnlyList<StageChange> history, IReadOnlyList<DamagedForecast> damaged)
    {
        ConsoleTable table = new("Version", "Stage", "Since", "Why");
        foreach (StagedVersion version in versions.Reverse())
        {
            string why = history.LastOrDefault(c => string.Equals(c.Version, version.Version, StringComparison.Ordinal))?.Why ?? "";
            string stage = version.Stage.ToString().ToLowerInvariant() + (damaged.Any(d => string.Equals(d.Version, version.Version, StringComparison.Ordinal)) ? ", damaged" : "");
            table.Add(version.Version, stage, version.Since?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "", ConsoleText.Line(why));
        }

        table.Write(console);
        foreach (DamagedForecast file in damaged)
        {
            console.WriteLine(ConsoleText.Line(file.Problem));
        }
    }

    private static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}
