using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Hosting.Invocations;
using Pipeline.LocalHost.Hosting.State;

namespace Pipeline.LocalHost.Hosting.Timers;

/// <summary>
/// The clock of one function. Its runs follow one another: one that outlasts the next time of the schedule delays it, and several missed times are made up for
/// by one run. Where the schedule is remembered, the time of the next run is on the disk before it comes, so that a process that was down or died during the run
/// runs the function once when it starts again, with <see cref="TimerInfo.IsPastDue"/>. A function may thus run twice for one time, never not at all.
/// The clock itself may be wrong: it is looked at every minute, and a next run that was reckoned from a time still to come is reckoned anew.
/// </summary>
internal sealed class FunctionTimer(TimerFunction timer, HostState state, FunctionInvoker invoker, IServiceScopeFactory scopes, TimeProvider clock, ILogger<FunctionTimer> logger)
{
    // How soon what went wrong is tried again, and a clock that was set is noticed.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private volatile TimerState _state = new(default, timer.Schedule.Next(clock.GetUtcNow()).UtcDateTime, default, null);
    private volatile bool _isRunning;
    private bool _isResumed;
    private bool _isUnsaved;

    /// <summary>The schedule as people see it.</summary>
    public TimerView View
    {
        get
        {
            TimerState now = _state;
            return new TimerView(timer.Function.Name, timer.Schedule.ToString(), Utc(now.Next), now.Last == default ? null : Utc(now.Last), now.Succeeded, _isRunning);
        }
    }

    /// <summary>Runs the function by its schedule until <paramref name="stopping"/> is cancelled; whatever fails meanwhile is noted and does not end the schedule.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Nothing must end the schedule.")]
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await StepAsync(stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                logger.LogError(31, e, "The schedule of {Function} could not be followed; it goes on in {Pause}", timer.Function.Name, Pause);
                await WaitAsync(Pause, stopping);
            }
        }
    }

    private async Task StepAsync(CancellationToken stopping)
    {
        if (!_isResumed)
        {
            bool isPastDue = Resume();
            _isResumed = true;
            if (isPastDue || timer.RunOnStartup)
            {
                await InvokeAsync(isPastDue ? "past due" : "start of the host", isPastDue, stopping);
            }

            return;
        }

        if (_isUnsaved)
        {
            Save();
        }

        DateTime now = clock.GetUtcNow().UtcDateTime;
        DropLaterThanDue(now);
        TimeSpan left = _state.Next - now;
        if (left > TimeSpan.Zero)
        {
            await WaitAsync(left < Pause ? left : Pause, stopping);
        }
        else
        {
            await InvokeAsync("schedule", isPastDue: false, stopping);
        }
    }

    /// <summary>Takes up what is remembered; true where a run was missed.</summary>
    private bool Resume()
    {
        if (!timer.IsRemembered)
        {
            return false;
        }

        DateTime now = clock.GetUtcNow().UtcDateTime;
        if (state.ReadTimer(timer.Function.Name) is not { } remembered)
        {
            Remember(new TimerState(default, Next(now), now, null));
            return false;
        }

        DateTime expected = Next(remembered.Last == default ? remembered.Updated : remembered.Last);
        if (expected == remembered.Next || remembered.Next > Next(now))
        {
            _state = remembered;
            DropLaterThanDue(now);
            return _state.Next < now;
        }

        // The schedule has been changed: a time of the new one that lies behind was never promised.
        Remember(remembered with { Last = default, Next = expected < now ? Next(now) : expected, Updated = expected < now ? now : remembered.Updated });
        return false;
    }

    /// <summary>
    /// Reckons the next run anew where it lies after the schedule's own: it was reckoned while the clock was ahead, and without this would keep the function from running until then.
    /// A clock that is put back by less than a minute does not repeat the run that has just been.
    /// </summary>
    private void DropLaterThanDue(DateTime now)
    {
        TimerState present = _state;
        DateTime due = Next(now);
        if (present.Next <= due || (present.Last > now && present.Last - now < Pause))
        {
            return;
        }

        logger.LogWarning(33, "{Function} was next due at {Stored:u}, after its schedule's own next time {Due:u}: the clock was ahead or has been put back. It runs at {Next:u}", timer.Function.Name, present.Next, due, due);
        Remember(present with { Last = default, Next = due, Updated = now });
    }

    private async Task InvokeAsync(string reason, bool isPastDue, CancellationToken stopping)
    {
        DateTime ran = clock.GetUtcNow().UtcDateTime;
        int failures = 0;
        bool succeeded;
        while (!(succeeded = await TryAsync(reason, isPastDue, stopping)) && timer.Pause(++failures) is TimeSpan pause && !stopping.IsCancellationRequested)
        {
            logger.LogWarning(34, "{Function} is tried again in {Pause}", timer.Function.Name, pause);
            await WaitAsync(pause, stopping);
            reason = "another attempt";
        }

        // What the host stopped is past due at the next start.
        if (succeeded || !stopping.IsCancellationRequested)
        {
            Remember(new TimerState(ran, Next(ran), ran, succeeded));
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A failed run must not end the schedule.")]
    private async Task<bool> TryAsync(string reason, bool isPastDue, CancellationToken stopping)
    {
        TimerState before = _state;
        _isRunning = true;
        try
        {
            TimerInfo info = new()
            {
                IsPastDue = isPastDue,
                ScheduleStatus = timer.IsRemembered ? new ScheduleStatus { Last = before.Last, Next = before.Next, LastUpdated = before.Updated } : null,
            };
            await using AsyncServiceScope scope = scopes.CreateAsyncScope();
            await invoker.InvokeAsync(new HostedInvocation(timer.Function, info, ReadOnlyDictionary<string, string>.Empty, scope.ServiceProvider, stopping), reason);
            return true;
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e)
        {
            logger.LogError(30, e, "{Function} failed; its schedule goes on", timer.Function.Name);
            return false;
        }
        finally
        {
            _isRunning = false;
        }
    }

    private void Remember(TimerState next)
    {
        _state = next;
        _isUnsaved = timer.IsRemembered;
        if (_isUnsaved)
        {
            Save();
        }
    }

    /// <summary>Writes where the timer stands. Where that fails, the schedule goes on from memory, and it is tried again.</summary>
    private void Save()
    {
        try
        {
            state.SaveTimer(timer.Function.Name, _state);
            _isUnsaved = false;
        }
        catch (SqliteException e)
        {
            logger.LogError(32, e, "Where the schedule of {Function} stands could not be written; it is tried again in {Pause}, and the schedule goes on meanwhile", timer.Function.Name, Pause);
        }
    }

    private async Task WaitAsync(TimeSpan time, CancellationToken stopping) => await Task.Delay(time, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private DateTime Next(DateTime after) => timer.Schedule.Next(Utc(after)).UtcDateTime;

    private static DateTimeOffset Utc(DateTime time) => new(time, TimeSpan.Zero);
}
