using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Pipeline.LocalHost.Hosting.Functions;

namespace Pipeline.LocalHost.Hosting.Timers;

/// <summary>A function that the clock starts.</summary>
/// <param name="Function">The function.</param>
/// <param name="Schedule">When it runs.</param>
/// <param name="IsRemembered">Whether a run that is missed while the host is down is made up for; never for schedules within minutes.</param>
/// <param name="RunOnStartup">Whether it also runs when the host starts.</param>
internal sealed record TimerFunction(HostedFunction Function, CronSchedule Schedule, bool IsRemembered, bool RunOnStartup)
{
    /// <summary>Reads the trigger.</summary>
    /// <exception cref="FunctionProblem">The schedule cannot be used.</exception>
    public static TimerFunction Create(TimerTriggerAttribute trigger, HostedFunction function, IConfiguration settings)
    {
        try
        {
            CronSchedule schedule = CronSchedule.Parse(SettingReferences.Resolve(trigger.Schedule, settings));
            return new TimerFunction(function, schedule, trigger.UseMonitor && !schedule.IsWithinMinutes, trigger.RunOnStartup);
        }
        catch (FormatException e)
        {
            throw new FunctionProblem(function.TriggerParameter, e.Message);
        }
    }
}
