using System.Collections.Concurrent;
using System.Diagnostics;
using Pipeline.Intake;
using Spectre.Console;
using Spectre.Console.Rendering;

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
        FactsColumn facts = new();
        return await console.Progress()
            .AutoClear(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 20 }, facts)
            .StartAsync(context => work(new BarProgress(context, facts)));
    }

    private sealed class BarProgress(ProgressContext context, FactsColumn facts) : IProgress<PipelineProgress>
    {
        private readonly Dictionary<string, ProgressTask> _tasks = new(StringComparer.Ordinal);
        private readonly Dictionary<string, StagePace> _paces = new(StringComparer.Ordinal);
        private readonly Lock _lock = new();

        public void Report(PipelineProgress value)
        {
            lock (_lock)
            {
                // A stage that is begun again, as by a second training, has a bar of its own.
                if (!_tasks.TryGetValue(value.Stage, out ProgressTask? task) || value.Done < task.Value)
                {
                    _tasks[value.Stage] = task = context.AddTask(Markup.Escape(value.Stage));
                    _paces[value.Stage] = new StagePace(value);
                }

                facts.Show(task, _paces[value.Stage], value);
                task.MaxValue = Math.Max(1, value.Total);
                task.Value = value.Total == 0 ? 1 : value.Done;
            }
        }
    }

    /// <summary>The column behind the bars. It counts on between two reports.</summary>
    private sealed class FactsColumn : ProgressColumn
    {
        private readonly ConcurrentDictionary<int, (StagePace Pace, PipelineProgress Value)> _shown = new();

        protected override bool NoWrap => true;

        public void Show(ProgressTask task, StagePace pace, PipelineProgress value) => _shown[task.Id] = (pace, value);

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            _shown.TryGetValue(task.Id, out (StagePace Pace, PipelineProgress Value) shown) ? new Text(shown.Pace.Describe(shown.Value)) { Overflow = Overflow.Ellipsis } : Text.Empty;
    }

    private sealed class LineProgress : IProgress<PipelineProgress>
    {
        private readonly Lock _lock = new();
        private StagePace? _pace;
        private PipelineProgress? _last;
        private long _lastLine;

        public void Report(PipelineProgress value)
        {
            lock (_lock)
            {
                bool ends = value.Done == value.Total && value != _last;
                bool starts = !string.Equals(value.Stage, _last?.Stage, StringComparison.Ordinal) || value.Done < _last!.Done;
                if (starts)
                {
                    _pace = new StagePace(value);
                }

                _last = value;

                if (starts || ends || Stopwatch.GetElapsedTime(_lastLine) >= LineInterval)
                {
                    Console.Error.WriteLine($"{value.Stage}: {_pace!.Describe(value)}");
                    _lastLine = Stopwatch.GetTimestamp();
                }
            }
        }
    }
}

/// <summary>How fast a stage goes: what is done, how many in a second, and how long it will take.</summary>
internal sealed class StagePace
{
    // Before this nothing can be said of the pace.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    private readonly long _first;
    private readonly TimeProvider _clock;
    private readonly long _began;
    private TimeSpan _ended;

    /// <summary>Begins with a stage's first report.</summary>
    public StagePace(PipelineProgress first, TimeProvider? clock = null)
    {
        _first = first.Done;
        _clock = clock ?? TimeProvider.System;
        _began = _clock.GetTimestamp();
    }

    /// <summary>The stage as it is now, on one line.</summary>
    public string Describe(PipelineProgress value)
    {
        if (value.Total == 0)
        {
            return "nothing to do";
        }

        List<string> facts = [Counts(value)];
        if (value.Done >= value.Total)
        {
            _ended = _ended == TimeSpan.Zero ? _clock.GetElapsedTime(_began) : _ended;
            return _ended < Settled ? facts[0] : $"{facts[0]} in {ConsoleText.Duration(_ended)}";
        }

        TimeSpan elapsed = _clock.GetElapsedTime(_began);
        long made = value.Done - _first;
        if (elapsed >= Settled && made > 0)
        {
            double perSecond = made / elapsed.TotalSeconds;
            if (perSecond >= 1 && value.Unit.Length > 0)
            {
                facts.Add($"{ConsoleText.Number((long)perSecond)} a second");
            }

            facts.Add($"{ConsoleText.Duration(TimeSpan.FromSeconds((value.Total - value.Done) / perSecond))} left");
        }

        return string.Join(", ", value.Detail is null ? facts : [.. facts, ConsoleText.TechCenter(value.Detail)]);
    }

    private static string Counts(PipelineProgress value) => value.Unit.Length == 0
        ? $"{100 * value.Done / Math.Max(1, value.Total)} %"
        : $"{ConsoleText.Number(value.Done)} of {ConsoleText.Count(value.Total, value.Unit)}";
}

/// <summary>Shows an import as a stage of a command: rows are counted only when all are read, so it is shown by the part of the file.</summary>
internal sealed class ImportProgress(IProgress<PipelineProgress> target) : IProgress<IntakeProgress>
{
    public void Report(IntakeProgress value) => target.Report(new PipelineProgress("Importing", (long)(100 * value.Share), 100));
}
