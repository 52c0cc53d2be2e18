using System.Threading.Channels;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.LocalHost.Hosting.Invocations;
using Pipeline.LocalHost.Hosting.State;
using Pipeline.LocalHost.Hosting.Timers;
using Pipeline.TestSupport;

namespace Pipeline.LocalHost.Tests.Hosting;

[TestClass]
public sealed class TimerRetryTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Channel<DateTimeOffset> _runs = Channel.CreateUnbounded<DateTimeOffset>();
    private readonly CancellationTokenSource _stopping = new();

    public void Dispose()
    {
        _stopping.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    public async Task A_run_that_fails_is_tried_again_after_the_pause_of_its_attribute_and_then_given_up() =>
        (await FailuresAsync<FixedFunction>([30, 30])).ShouldBe([0, 30, 60]);

    [TestMethod]
    public async Task The_pauses_of_a_backoff_double_up_to_the_longest() =>
        (await FailuresAsync<BackoffFunction>([10, 20, 25])).ShouldBe([0, 10, 30, 55]);

    /// <summary>Seconds after the due time at which the function was run, when the clock is moved on by these pauses.</summary>
    private async Task<double[]> FailuresAsync<TFunction>(int[] pauses)
    {
        DateTimeOffset due = new(2026, 11, 22, 1, 0, 0, TimeSpan.Zero);
        ManualClock clock = new(due.AddMinutes(-1));
        using HostState state = new(_folder["host.db"]);
        await using ServiceProvider services = new ServiceCollection().AddSingleton<Action>(() =>
        {
            _runs.Writer.TryWrite(clock.GetUtcNow());
            throw new InvalidOperationException("as asked");
        }).BuildServiceProvider();
        InvocationLog log = new();
        TimerFunction function = TestHost.Discover(null, typeof(TFunction)).Timers.Single();
        FunctionTimer timer = new(function, state, new FunctionInvoker(log, clock, NullLogger<FunctionInvoker>.Instance), services.GetRequiredService<IServiceScopeFactory>(), clock, NullLogger<FunctionTimer>.Instance);
        Task running = Task.Run(() => timer.RunAsync(_stopping.Token));
        await clock.AdvanceAsync(TimeSpan.FromMinutes(1));
        List<double> seen = [(await _runs.Reader.ReadAsync() - due).TotalSeconds];
        foreach (int pause in pauses)
        {
            await clock.AdvanceAsync(TimeSpan.FromSeconds(pause));
            seen.Add((await _runs.Reader.ReadAsync() - due).TotalSeconds);
        }

        // It waits for the next time of its schedule now, and no longer for an attempt.
        await clock.WaitForWaiterAsync();
        timer.View.Succeeded.ShouldBe(false);
        timer.View.Next.ShouldBe(due.AddHours(1));
        log.Recent().Count.ShouldBe(pauses.Length + 1);
        await _stopping.CancelAsync();
        await running;
        return [.. seen];
    }

    public sealed class FixedFunction(Action fail)
    {
        [Function("Fixed")]
        [FixedDelayRetry(2, "00:00:30")]
        public void Run([TimerTrigger("0 0 * * * *")] TimerInfo timer) => fail();
    }

    public sealed class BackoffFunction(Action fail)
    {
        [Function("Backoff")]
        [ExponentialBackoffRetry(3, "00:00:10", "00:00:25")]
        public void Run([TimerTrigger("0 0 * * * *")] TimerInfo timer) => fail();
    }
}
