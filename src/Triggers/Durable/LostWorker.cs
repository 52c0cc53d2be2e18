using System.Globalization;
using Microsoft.DurableTask;

namespace Pipeline.Triggers;

/// <summary>
/// Tells an activity whose process died from one that failed. The Functions host passes on of a dead worker only that the function "failed with an unhandled exception";
/// an exception of the function itself comes with its own message.
/// </summary>
internal static class LostWorker
{
    /// <summary>How often a tech center's process may die before it counts as failed.</summary>
    public const int MostLosses = 3;

    /// <summary>Whether the process died.</summary>
    public static bool Is(TaskFailureDetails failure) =>
        failure.ErrorMessage.StartsWith("Function '", StringComparison.Ordinal) && failure.ErrorMessage.Contains("unhandled exception", StringComparison.Ordinal);

    /// <summary>What to tell people of it.</summary>
    public static string Reason(int losses) => string.Create(
        CultureInfo.InvariantCulture,
        $"The process died {losses} times while it trained this tech center, most likely for want of memory, which one trained beside it may have taken. Give an instance more memory (instanceMemoryMB), or set TrainingFanOut:TechCentersAtOnce to 1, and train it again.");
}
