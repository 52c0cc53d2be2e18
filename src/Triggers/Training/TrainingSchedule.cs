using System.Text.Json;
using Microsoft.Extensions.Configuration;
using NCrontab;
using Pipeline.Storage;

namespace Pipeline.Triggers;

/// <summary>
/// Remembers in the warehouse which due date of the training schedule was taken up last, so that a missed one is found, and none is taken up twice.
/// Of several missed ones the last counts: a training learns from all that is there.
/// </summary>
public sealed class TrainingSchedule(ISettingsTable settings, IConfiguration configuration, TimeProvider clock)
{
    /// <summary>The warehouse setting that holds the due date taken up last, with the schedule that it is one of.</summary>
    public const string LastDueSetting = "training-schedule";

    // The host's clock may strike a moment early.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    // Further back nothing is made up for.
    private static readonly TimeSpan Memory = TimeSpan.FromDays(400);

    private string Schedule => configuration["TrainSchedule"]?.Trim() ?? "";

    /// <summary>The last due date that was not taken up; null where there is none. A schedule that is new here promised nothing before now.</summary>
    /// <param name="isDue">Whether the clock says that a training is due just now.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written.</exception>
    public async Task<DateTimeOffset?> FindDueAsync(bool isDue, CancellationToken cancellationToken = default)
    {
        DateTimeOffset now = clock.GetUtcNow();
        TakenUp? last = await settings.GetSettingAsync(LastDueSetting, cancellationToken) is string text ? JsonSerializer.Deserialize<TakenUp>(text, PipelineJson.Compact) : null;
        if (last is not null && string.Equals(last.Schedule, Schedule, StringComparison.Ordinal) && Parse(Schedule) is CrontabSchedule schedule)
        {
            DateTimeOffset from = last.Due > now - Memory ? last.Due : now - Memory;
            DateTime due = schedule.GetNextOccurrences(from.UtcDateTime, (now + Tolerance).UtcDateTime).LastOrDefault();
            return due == default ? null : new DateTimeOffset(due, TimeSpan.Zero);
        }

        DateTimeOffset second = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
        if (isDue)
        {
            return second;
        }

        await TakeUpAsync(second, cancellationToken);
        return null;
    }

    /// <summary>Notes that a due date was taken up.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be written.</exception>
    public Task TakeUpAsync(DateTimeOffset due, CancellationToken cancellationToken = default) =>
        settings.SetSettingAsync(LastDueSetting, JsonSerializer.Serialize(new TakenUp(Schedule, due), PipelineJson.Compact), cancellationToken);

    // A schedule that the host takes and this parser does not, such as an interval, has no due dates that could be missed.
    private static CrontabSchedule? Parse(string expression) =>
        CrontabSchedule.TryParse(expression, new CrontabSchedule.ParseOptions { IncludingSeconds = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 6 });

    private sealed record TakenUp(string Schedule, DateTimeOffset Due);
}
