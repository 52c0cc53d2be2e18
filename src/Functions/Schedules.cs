namespace Pipeline.Functions;

/// <summary>
/// The settings that hold the timers' schedules: six-field cron expressions in UTC. The Functions host takes them from the app settings;
/// hosts of our own fall back to the defaults.
/// </summary>
public static class Schedules
{
    /// <summary>The schedule of preprocessing, as a timer trigger names it.</summary>
    public const string Preprocess = "%PreprocessSchedule%";

    /// <summary>The schedule of prediction, as a timer trigger names it.</summary>
    public const string Predict = "%PredictSchedule%";

    /// <summary>The schedule of training, as a timer trigger names it.</summary>
    public const string Train = "%TrainSchedule%";

    /// <summary>The default of each setting: preprocess every hour, predict every two hours, train on 1 June and 1 December.</summary>
    public static IReadOnlyDictionary<string, string?> Defaults { get; } = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
    {
        [Preprocess.Trim('%')] = "0 0 * * * *",
        [Predict.Trim('%')] = "0 0 */2 * * *",
        [Train.Trim('%')] = "0 0 0 1 6,12 *",
    };
}
