using Spectre.Console;

namespace Pipeline.Cli;

/// <summary>
/// Shows progress on standard error: bars on a terminal, otherwise a plain line when a stage starts, every few seconds, and when it ends.
/// </summary>
internal static class ConsoleProgress
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    /// <summary>Runs work that reports its progress.</summary>
    public static async Task<T> RunAsync<T>(Func<IProgress<PipelineProgress>, Task<T>> work)
    {
        if (Console.IsErrorRedirected)
        {
            return await work(new LineProgress());
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress()
            .AutoClear(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(context => work(new BarProgress(context)));
    }

    private sealed class BarProgress(ProgressContext context) : IProgress<PipelineProgress>
    {
        private readonly Dictionary<string, ProgressTask> _tasks = new(StringComparer.Ordinal);
        private readonly Lock _lock = new();

        public void Report(PipelineProgress value)
        {
            lock (_lock)
            {
                if (!_tasks.TryGetValue(value.Stage, out ProgressTask? task))
                {
                    _tasks[value.Stage] = task = context.AddTask(value.Stage);
                }

                task.Description = Markup.Escape(value.Detail is null ? value.Stage : $"{value.Stage} {value.Detail}");
                task.MaxValue = Math.Max(1, value.Total);
                task.Value = value.Total == 0 ? 1 : value.Done;
            }
        }
    }

    private sealed class LineProgress : IProgress<PipelineProgress>
    {
        private readonly Lock _lock = new();
        private string? _stage;
        private long _lastLine;

        public void Report(PipelineProgress value)
        {
            lock (_lock)
            {
                bool starts = !string.Equals(value.Stage, _stage, StringComparison.Ordinal);
                bool ends = value.Done == value.Total;
                if (starts || ends || System.Diagnostics.Stopwatch.GetElapsedTime(_lastLine) >= LineInterval)
                {
                    Console.Error.WriteLine(value.Detail is null ? $"{value.Stage}: {value.Done} of {value.Total}" : $"{value.Stage}: {value.Done} of {value.Total} ({value.Detail})");
                    _stage = value.Stage;
                    _lastLine = System.Diagnostics.Stopwatch.GetTimestamp();
                }
            }
        }
    }
}
