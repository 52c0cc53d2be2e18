using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Pipeline.Adapters.Local;
using Pipeline.Alerts;
using Pipeline.Measures;
using Pipeline.Monitoring;
using Pipeline.Telemetry;

namespace Pipeline.Bench;

/// <summary><c>watch</c>: what the watch adds to runs, and how many bytes a day its measures take.</summary>
internal static class WatchCommand
{
    private static readonly DateTimeOffset Begin = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    public static Command Create()
    {
        Option<int> centers = new("--centers") { Description = "Tech centers.", DefaultValueFactory = _ => 15 };
        Option<int> days = new("--days") { Description = "Days to live through.", DefaultValueFactory = _ => 3 };
        Command command = new("watch", "A minute's watch over days of a pipeline with hourly preprocessing, a prediction every two hours and 20 classifications an hour, in SQLite.") { centers, days };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string folder = Directory.CreateTempSubdirectory("pipeline-watch-").FullName;
            try
            {
                await MeasureAsync(folder, parsed.GetValue(centers), parsed.GetValue(days), cancellationToken);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
        return command;
    }

    private static async Task MeasureAsync(string folder, int centers, int days, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder, "warehouse.db");
        Clock clock = new();
        await using (SqliteWarehouse empty = new(path))
        {
            await empty.InitializeAsync(cancellationToken);
        }

        long before = new FileInfo(path).Length;
        int rows = 0, runs = 0;
        Stopwatch notes = new(), rules = new();
        await using (SqliteWarehouse warehouse = new(path))
        {
            AlertOptions options = new();
            RaiseAlert raise = new(warehouse, options, clock);
            using MeasureCollector collector = new(clock);
            using NoteMeasures note = new(warehouse, warehouse, collector, raise);
            EvaluateRules evaluate = new(warehouse, warehouse, raise, new AnswerAlert(warehouse, clock), options, clock);
            DeliverAlerts deliver = new(warehouse, raise, [], options, clock);
            MachineUse machine = new(folder, clock);
            Random random = new(7);
            for (int minute = 0; minute < days * 24 * 60; minute++)
            {
                clock.Now = Begin.AddMinutes(minute);
                bool isRun = Work(random, centers, minute);
                machine.Measure();
                PipelineMetrics.Ready.Record(1);
                notes.Start();
                rows += await note.RunAsync(cancellationToken);
                notes.Stop();
                runs += isRun ? 1 : 0;
                rules.Start();
                await evaluate.RunAsync(cancellationToken);
                await deliver.RunAsync(cancellationToken);
                rules.Stop();
            }
        }

        int minutes = days * 24 * 60;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{centers} tech centers, {days} days: {rows / days} measures and {(new FileInfo(path).Length - before) / days} bytes a day; noting takes {notes.Elapsed.TotalMilliseconds / minutes:0.00} ms, looking at the rules and delivering {rules.Elapsed.TotalMilliseconds / minutes:0.00} ms a minute; {runs / days} runs a day"));
    }

    // What runs tell the instruments; whether there was one in this minute.
    private static bool Work(Random random, int centers, int minute)
    {
        if (minute % 3 == 0)
        {
            PipelineMetrics.RequestDuration.Record(random.NextDouble() / 10, new("method", "POST"), new("route", "classify"), new("status", 200));
        }

        if (minute % 60 != 0)
        {
            return false;
        }

        for (int c = 0; c < centers; c++)
        {
            KeyValuePair<string, object?> center = PipelineMetrics.TechCenter($"Tech center {c}");
            PipelineMetrics.Read.Add(1 + random.Next(5), center);
            PipelineMetrics.Embedded.Add(1 + random.Next(4), center);
            PipelineMetrics.Cached.Add(random.Next(2), center);
            if (minute % 120 == 0)
            {
                PipelineMetrics.Predictions.Add(4, center, new("outcome", "clustered"));
                for (int i = 0; i < 8; i++)
                {
                    PipelineMetrics.Confidence.Record(random.NextDouble(), center);
                    PipelineMetrics.Likeness.Record(random.NextDouble(), center);
                    PipelineMetrics.PredictionLag.Record(600 * random.NextDouble(), center);
                    PipelineMetrics.ProblemSize.Record(random.Next(100), center);
                }

                PipelineMetrics.NoiseShare.Record(random.NextDouble(), center);
                PipelineMetrics.Silhouette.Record(random.NextDouble(), center);
            }
        }

        return true;
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = Begin;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => Now.Ticks;
    }
}
