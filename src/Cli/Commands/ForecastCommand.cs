using System.CommandLine;
using System.Globalization;
using Pipeline.Forecasting;
using Pipeline.LocalHost;
using Pipeline.Requests;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>forecast</c>: what is to be expected of a problem in the weeks that follow.</summary>
internal static class ForecastCommand
{
    public static Command Create()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<string?> center = CommandOptions.Text("--tech-center", "The tech center. It may be left out where there is only one.", "C");
        Option<int?> id = CommandOptions.Integer("--id", "The problem, as 'problems' lists it.", 0, int.MaxValue);
        id.Required = true;
        Option<int?> weeks = CommandOptions.Integer("--weeks", "How many weeks. Default: 8.", 1, CountForecaster.MostWeeks);
        Option<bool> json = CommandOptions.Json();
        Command command = new("forecast", "Forecast the incidents of a problem, week by week, with intervals.") { data, center, id, weeks, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "Nothing was changed.", async host =>
        {
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(DataFolder.Choose(parsed.GetValue(data)), CommandHost.Settings(), cancellationToken);
            try
            {
                ProblemForecast forecast = await pipeline.Forecast.RunAsync(
                    parsed.GetValue(center) ?? "", parsed.GetValue(id)!.Value.ToString(CultureInfo.InvariantCulture), parsed.GetValue(weeks)?.ToString(CultureInfo.InvariantCulture), cancellationToken);
                host.Show(forecast, console =>
                {
                    console.WriteLine(ConsoleText.Line($"{forecast.Label}: {ConsoleText.Count(forecast.History, "week")} of history. Methods: {string.Join(", ", forecast.Methods.OrderByDescending(m => m.Weight).Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Method} {m.Weight:0.00}")))}"));
                    ConsoleTable table = new("Week of", "#Expected", "#80 %", "#95 %");
                    foreach (ForecastWeek week in forecast.Weeks)
                    {
                        table.Add(week.Week.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Number(week.Mean), $"{Number(week.Low80)} to {Number(week.High80)}", $"{Number(week.Low95)} to {Number(week.High95)}");
                    }

                    table.Write(console);
                });
                return ExitCode.Done;
            }
            catch (RequestException e)
            {
                throw new CommandException(e.Message, e.Problem == RequestProblem.Unprocessable ? ExitCode.Failed : ExitCode.WrongUsage);
            }
        }, cancellationToken));
        return command;
    }

    private static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}
