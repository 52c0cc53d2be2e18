using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.LocalHost.Hosting.Invocations;
using Pipeline.LocalHost.Hosting.State;
using Pipeline.LocalHost.Hosting.Timers;
using Pipeline.TestSupport;

namespace Pipeline.LocalHost.Tests.Hosting;

[TestClass]
public sealed class FunctionTimerTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Witness _witness = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task A_function_runs_at_every_time_of_its_schedule()
    {
        ManualClock clock = new("2026-11-22T00:10:00Z");
        await using Running running = Start<HourlyFunction>(clock);
        await clock.AdvanceAsync(TimeSpan.FromMinutes(49));
        await clock.AdvanceAsync(TimeSpan.FromMinutes(1));
        TimerInfo first = await _witness.NextAsync();
        await clock.AdvanceAsync(TimeSpan.FromHours(1));
        TimerInfo second = await _witness.NextAsync();

        first.IsPastDue.ShouldBeFalse();
        first.ScheduleStatus!.Next.ShouldBe(new DateTime(2026, 11, 22, 1, 0, 0, DateTimeKind.Utc));
        second.ScheduleStatus!.Last.ShouldBe(new DateTime(2026, 11, 22, 1, 0, 0, DateTimeKind.Utc));
        await clock.WaitForWaiterAsync();
        _witness.Count.ShouldBe(2);
        running.Timer.View.ShouldBe(new TimerView("Hourly", "0 0 * * * *", Utc(3), Utc(2), true, IsRunning: false));
    }

    [TestMethod]
    public async Task A_schedule_goes_on_while_its_state_cannot_be_written_and_is_remembered_as_soon_as_it_can()
    {
        ManualClock clock = new("2026-11-22T00:10:00Z");
        await using Running running = Start<HourlyFunction>(clock);
        await clock.WaitForWaiterAsync();
        Execute("CREATE TRIGGER full BEFORE UPDATE ON timers BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END");
        await clock.AdvanceAsync(TimeSpan.FromMinutes(50));
        await _witness.NextAsync();
        await clock.WaitForWaiterAsync();
        await clock.AdvanceAsync(TimeSpan.FromHours(1));
        await _witness.NextAsync();
        await clock.WaitForWaiterAsync();

        Execute("DROP TRIGGER full");
        await clock.AdvanceAsync(TimeSpan.FromMinutes(1));
        await clock.WaitForWaiterAsync();

        using HostState remembered = new(StatePath);
        remembered.ReadTimer("Hourly")!.Last.ShouldBe(new DateTime(2026, 11, 22, 2, 0, 0, DateTimeKind.Utc));
    }

    [TestMethod]
    public async Task Half_a_year_is_waited_for()
    {
        ManualClock clock = new("2026-06-01T00:00:00Z");
        await using Running running = Start<YearlyFunction>(clock);
        await clock.AdvanceAsync(TimeSpan.FromDays(182));
        await clock.WaitForWaiterAsync();
        _witness.Count.ShouldBe(0);
        await clock.AdvanceAsync(TimeSpan.FromDays(1));
        await _witness.NextAsync();
    }

    [TestMethod]
    public async Task Runs_missed_while_the_host_was_down_are_made_up_for_once_as_past_due()
    {
        ManualClock clock = new("2026-11-22T00:10:00Z");
        await using (Start<HourlyFunction>(clock))
        {
            await clock.WaitForWaiterAsync();
        }

        ManualClock later = new("2026-11-22T05:30:00Z");
        await using Running running = Start<HourlyFunction>(later);
        (await _witness.NextAsync()).IsPastDue.ShouldBeTrue();
        await later.AdvanceAsync(TimeSpan.FromMinutes(30));
        (await _witness.NextAsync()).IsPastDue.ShouldBeFalse();
        await later.WaitForWaiterAsync();
        _witness.Count.ShouldBe(2);
    }

    [TestMethod]
    public async Task A_start_on_time_makes_up_for_nothing()
    {
        ManualClock clock = new("2026-11-22T00:10:00Z");
        await using (Start<HourlyFunction>(clock))
        {
            await clock.AdvanceAsync(TimeSpan.FromMinutes(50));
            await _witness.NextAsync();
            await clock.WaitForWaiterAsync();
        }

        ManualClock later = new("2026-11-22T01:59:00Z");
        await using Running running = Start<HourlyFunction>(later);
        await later.WaitForWaiterAsync();
        _witness.Count.ShouldBe(1);
        running.Timer.View.Last.ShouldBe(Utc(1));
    }

    [TestMethod]
    public async Task A_run_that_the_host_stopped_is_past_due_at_the_next_start()
    {
        ManualClock clock = new("2026-11-22T00:59:00Z");
        _witness.Blocks = true;
        await using (Start<HourlyFunction>(clock))
        {
            await clock.AdvanceAsync(TimeSpan.FromMinutes(1));
            await _witness.NextAsync();
        }

        _witness.Blocks = false;
        await using Running running = Start<HourlyFunction>(new ManualClock("2026-11-22T01:05:00Z"));
        (await _witness.NextAsync()).IsPastDue.ShouldBeTrue();
    }

    [TestMethod]
    public async Task A_changed_schedule_owes_nothing_for_the_past()
    {
        ManualClock clock = new("2026-11-22T00:10:00Z");
        await using (Start<HourlyFunction>(clock))
        {
            await clock.WaitForWaiterAsync();
        }

        ManualClock later = new("2026-11-22T05:10:00Z");
        await using Running running = Start<HalfHourlyFunction>(later);
        await later.WaitForWaiterAsync();
        _witness.Count.ShouldBe(0);
        running.Timer.View.Next.ShouldBe(Utc(5).AddMinutes(30));
    }

    [TestMethod]
    public async Task A_start_with_a_clock_a_year_ahead_is_mended_at_the_next_start()
    {
        foreach (string start in new[] { "2026-11-22T00:10:00Z", "2027-12-22T00:10:00Z" })
        {
            ManualClock clock = new(start);
            await using Running before = Start<HourlyFunction>(clock);
            await clock.WaitForWaiterAsync();
        }

        (await _witness.NextAsync()).IsPastDue.ShouldBeTrue();

        ManualClock right = new("2026-11-22T05:10:00Z");
        await using Running running = Start<HourlyFunction>(right);
        await right.WaitForWaiterAsync();

        running.Timer.View.Next.ShouldBe(Utc(6));
        running.Warnings.ShouldHaveSingleItem().ShouldContain("the clock was ahead or has been put back");
        await right.AdvanceAsync(TimeSpan.FromMinutes(50));
        (await _witness.NextAsync()).IsPastDue.ShouldBeFalse();
    }

    [TestMethod]
    public async Task A_clock_that_is_put_back_is_noticed_within_a_minute()
    {
        ManualClock clock = new("2027-11-22T00:10:00Z");
        await using Running running = Start<HourlyFunction>(clock);
        await clock.WaitForWaiterAsync();

        await clock.JumpAsync(new DateTimeOffset(2026, 11, 22, 3, 10, 0, TimeSpan.Zero), runsOn: TimeSpan.FromMinutes(1));
        await clock.WaitForWaiterAsync();

        running.Timer.View.Next.ShouldBe(Utc(4));
        running.Warnings.ShouldHaveSingleItem();
        using HostState remembered = new(StatePath);
        remembered.ReadTimer("Hourly")!.Next.ShouldBe(Utc(4).UtcDateTime);
    }

    [TestMethod]
    public async Task A_clock_that_jumps_ahead_is_noticed_within_a_minute()
    {
        ManualClock clock = new("2026-11-22T00:10:00Z");
        await using Running running = Start<YearlyFunction>(clock);
        await clock.WaitForWaiterAsync();

        await clock.JumpAsync(new DateTimeOffset(2027, 3, 1, 0, 0, 0, TimeSpan.Zero), runsOn: TimeSpan.FromMinutes(1));

        await _witness.NextAsync();
        await clock.WaitForWaiterAsync();
        running.Timer.View.Next.ShouldBe(new DateTimeOffset(2027, 6, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [TestMethod]
    public async Task A_clock_put_back_by_seconds_does_not_repeat_the_run_that_has_just_been()
    {
        ManualClock clock = new("2026-11-22T00:59:30Z");
        await using Running running = Start<HourlyFunction>(clock);
        await clock.AdvanceAsync(TimeSpan.FromSeconds(30));
        await _witness.NextAsync();
        await clock.WaitForWaiterAsync();

        await clock.JumpAsync(new DateTimeOffset(2026, 11, 22, 0, 59, 58, TimeSpan.Zero), runsOn: TimeSpan.FromMinutes(1));
        await clock.WaitForWaiterAsync();

        running.Timer.View.Next.ShouldBe(Utc(2));
        _witness.Count.ShouldBe(1);
        running.Warnings.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_run_that_outlasts_the_next_times_is_followed_by_one_run_and_never_overlapped()
    {
        ManualClock clock = new("2026-11-22T00:59:00Z");
        _witness.Blocks = true;
        await using Running running = Start<HourlyFunction>(clock);
        await clock.AdvanceAsync(TimeSpan.FromMinutes(1));
        await _witness.NextAsync();
        running.Timer.View.IsRunning.ShouldBeTrue();
        clock.Skip(TimeSpan.FromHours(3));
        _witness.Count.ShouldBe(1);
        _witness.Blocks = false;
        _witness.Release();

        await _witness.NextAsync();
        await clock.WaitForWaiterAsync();
        _witness.Count.ShouldBe(2);
        _witness.MostAtOnce.ShouldBe(1);
        running.Timer.View.Next.ShouldBe(Utc(5));
    }

    [TestMethod]
    public async Task A_failed_run_does_not_end_the_schedule()
    {
        ManualClock clock = new("2026-11-22T00:59:00Z");
        _witness.Throws = true;
        await using Running running = Start<HourlyFunction>(clock);
        await clock.AdvanceAsync(TimeSpan.FromMinutes(1));
        await _witness.NextAsync();
        await clock.WaitForWaiterAsync();
        running.Timer.View.Succeeded.ShouldBe(false);
        running.Log.Recent()[0].Outcome.ShouldBe(InvocationOutcome.Failed);
        await clock.AdvanceAsync(TimeSpan.FromHours(1));
        await _witness.NextAsync();
    }

    [TestMethod]
    public async Task A_schedule_within_minutes_is_not_remembered()
    {
        ManualClock clock = new("2026-11-22T00:00:01Z");
        await using (Start<FrequentFunction>(clock))
        {
            await clock.AdvanceAsync(TimeSpan.FromSeconds(9));
            (await _witness.NextAsync()).ScheduleStatus.ShouldBeNull();
        }

        ManualClock later = new("2026-11-22T00:05:01Z");
        await using Running running = Start<FrequentFunction>(later);
        await later.WaitForWaiterAsync();
        _witness.Count.ShouldBe(1);
    }

    [TestMethod]
    public async Task A_function_that_asks_for_it_runs_when_the_host_starts()
    {
        await using Running running = Start<StartupFunction>(new ManualClock("2026-11-22T00:10:00Z"));
        (await _witness.NextAsync()).IsPastDue.ShouldBeFalse();
    }

    private static DateTimeOffset Utc(int hour) => new(2026, 11, 22, hour, 0, 0, TimeSpan.Zero);

    private string StatePath => _folder["host.db"];

    private void Execute(string sql)
    {
        using SqliteConnection connection = new($"Data Source={StatePath};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private Running Start<TFunction>(ManualClock clock) => new(clock, StatePath, TestHost.Discover(null, typeof(TFunction)).Timers.Single(), _witness);

    /// <summary>A timer that runs until it is disposed of.</summary>
    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stopping = new();
        private readonly HostState _state;
        private readonly ServiceProvider _services;
        private readonly Task _run;

        public Running(ManualClock clock, string statePath, TimerFunction function, Witness witness)
        {
            _state = new HostState(statePath);
            _services = new ServiceCollection().AddSingleton(witness).BuildServiceProvider();
            Timer = new FunctionTimer(function, _state, new FunctionInvoker(Log, clock, NullLogger<FunctionInvoker>.Instance), _services.GetRequiredService<IServiceScopeFactory>(), clock, new WarningLog(Warnings));
            _run = Task.Run(() => Timer.RunAsync(_stopping.Token));
        }

        public ConcurrentQueue<string> Warnings { get; } = new();

        public InvocationLog Log { get; } = new();

        public FunctionTimer Timer { get; }

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            await _run;
            _stopping.Dispose();
            _state.Dispose();
            await _services.DisposeAsync();
        }
    }

    private sealed class WarningLog(ConcurrentQueue<string> warnings) : ILogger<FunctionTimer>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                warnings.Enqueue(formatter(state, exception));
            }
        }
    }

    /// <summary>Sees the runs of the functions, and tells them how to end.</summary>
    public sealed class Witness
    {
        private readonly Channel<TimerInfo> _seen = Channel.CreateUnbounded<TimerInfo>();
        private TaskCompletionSource _released = new();
        private int _count;
        private int _atOnce;

        public bool Blocks { get; set; }

        public bool Throws { get; set; }

        public int Count => _count;

        public int MostAtOnce { get; private set; }

        public async Task SeeAsync(TimerInfo timer, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _atOnce));
            bool blocks = Blocks;
            await _seen.Writer.WriteAsync(timer, CancellationToken.None);
            try
            {
                if (blocks)
                {
                    await _released.Task.WaitAsync(cancellationToken);
                }

                if (Throws)
                {
                    throw new InvalidOperationException("as asked");
                }
            }
            finally
            {
                Interlocked.Decrement(ref _atOnce);
            }
        }

        public async Task<TimerInfo> NextAsync() => await _seen.Reader.ReadAsync();

        public void Release()
        {
            _released.SetResult();
            _released = new TaskCompletionSource();
        }
    }

    public sealed class HourlyFunction(Witness witness)
    {
        [Function("Hourly")]
        public Task RunAsync([TimerTrigger("0 0 * * * *")] TimerInfo timer, CancellationToken cancellationToken) => witness.SeeAsync(timer, cancellationToken);
    }

    public sealed class HalfHourlyFunction(Witness witness)
    {
        [Function("Hourly")]
        public Task RunAsync([TimerTrigger("0 */30 * * * *")] TimerInfo timer, CancellationToken cancellationToken) => witness.SeeAsync(timer, cancellationToken);
    }

    public sealed class YearlyFunction(Witness witness)
    {
        [Function("Yearly")]
        public Task RunAsync([TimerTrigger("0 0 0 1 6,12 *")] TimerInfo timer, CancellationToken cancellationToken) => witness.SeeAsync(timer, cancellationToken);
    }

    public sealed class FrequentFunction(Witness witness)
    {
        [Function("Frequent")]
        public Task RunAsync([TimerTrigger("*/10 * * * * *")] TimerInfo timer, CancellationToken cancellationToken) => witness.SeeAsync(timer, cancellationToken);
    }

    public sealed class StartupFunction(Witness witness)
    {
        [Function("Startup")]
        public Task RunAsync([TimerTrigger("0 0 0 * * *", RunOnStartup = true)] TimerInfo timer, CancellationToken cancellationToken) => witness.SeeAsync(timer, cancellationToken);
    }
}
