using System.Globalization;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Pipeline.LocalHost.Hosting.Functions;

namespace Pipeline.LocalHost.Hosting.Timers;

/// <summary>A function that the clock starts.</summary>
/// <param name="Function">The function.</param>
/// <param name="Schedule">When it runs.</param>
/// <param name="IsRemembered">Whether a run that is missed while the host is down is made up for; never for schedules within minutes.</param>
/// <param name="RunOnStartup">Whether it also runs when the host starts.</param>
/// <param name="Retry">How a failed run is tried again; null for not before the next time of the schedule.</param>
internal sealed record TimerFunction(HostedFunction Function, CronSchedule Schedule, bool IsRemembered, bool RunOnStartup, RetryAttribute? Retry = null)
{
    /// <summary>The pause before another attempt; null where there is none.</summary>
    /// <param name="failures">How often it failed, from 1.</param>
    public TimeSpan? Pause(int failures) => failures > (Retry?.MaxRetryCount is int most and not -1 ? most : Retry is null ? 0 : int.MaxValue) ? null : Retry switch
    {
        FixedDelayRetryAttribute fixedDelay => Time(fixedDelay.DelayInterval),
        ExponentialBackoffRetryAttribute backoff => Shorter(Time(backoff.MaximumInterval), Time(backoff.MinimumInterval) * Math.Pow(2, Math.Min(failures - 1, 20))),
        _ => null,
    };

    /// <summary>Reads the trigger.</summary>
    /// <exception cref="FunctionProblem">The schedule cannot be used.</exception>
    public static TimerFunction Create(TimerTriggerAttribute trigger, HostedFunction function, IConfiguration settings)
    {
        try
        {
            CronSchedule schedule = CronSchedule.Parse(SettingReferences.Resolve(trigger.Schedule, settings));
            return new TimerFunction(function, schedule, trigger.UseMonitor && !schedule.IsWithinMinutes, trigger.RunOnStartup, function.Method.GetCustomAttribute<RetryAttribute>());
        }
        catch (FormatException e)
        {
            throw new FunctionProblem(function.TriggerParameter, e.Message);
        }
    }

    private static TimeSpan Time(string text) => TimeSpan.Parse(text, CultureInfo.InvariantCulture);

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
