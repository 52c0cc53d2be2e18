using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Runs;

/// <summary>How MLflow's REST API 2.0 writes JSON: names_with_underscores, times in milliseconds, what is not there left out.</summary>
public static class MlflowJson
{
    /// <summary>The options of every answer.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        JsonSerializerOptions options = new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}

/// <summary>An experiment: the runs of a tech center, or those that another program keeps together.</summary>
/// <param name="ExperimentId">Its id, in digits.</param>
/// <param name="Name">The tech center, or the name that it was given.</param>
/// <param name="ArtifactLocation">Where its runs' files lie in the object store.</param>
/// <param name="LifecycleStage">Always <c>active</c>: what was tried is not deleted.</param>
/// <param name="CreationTime">When it began, in milliseconds since 1970; null where it has no run.</param>
/// <param name="LastUpdateTime">When its newest run began, likewise.</param>
public sealed record MlflowExperiment(string ExperimentId, string Name, string ArtifactLocation, string LifecycleStage, long? CreationTime, long? LastUpdateTime);

/// <summary>A run.</summary>
/// <param name="Info">What it is.</param>
/// <param name="Data">What it holds.</param>
public sealed record MlflowRun(MlflowRunInfo Info, MlflowRunData Data);

/// <summary>What a run is.</summary>
/// <param name="RunId">Its id.</param>
/// <param name="RunUuid">The same, as older clients name it.</param>
/// <param name="RunName">Its name for people.</param>
/// <param name="ExperimentId">Its experiment's id.</param>
/// <param name="UserId">Who began it; empty where it is not known.</param>
/// <param name="Status"><c>RUNNING</c>, <c>FINISHED</c> or <c>FAILED</c>.</param>
/// <param name="StartTime">When it began, in milliseconds since 1970.</param>
/// <param name="EndTime">When it ended; null while it is under way.</param>
/// <param name="ArtifactUri">Where its files lie in the object store; empty where it made none.</param>
/// <param name="LifecycleStage">Always <c>active</c>.</param>
public sealed record MlflowRunInfo(string RunId, string RunUuid, string RunName, string ExperimentId, string UserId, string Status, long StartTime, long? EndTime, string ArtifactUri, string LifecycleStage);

/// <summary>What a run holds.</summary>
/// <param name="Metrics">The last value of each measure.</param>
/// <param name="Params">The parameters.</param>
/// <param name="Tags">The tags.</param>
public sealed record MlflowRunData(IReadOnlyList<MlflowMetric> Metrics, IReadOnlyList<MlflowPair> Params, IReadOnlyList<MlflowPair> Tags);

/// <summary>A measure.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="Timestamp">When it was measured, in milliseconds since 1970.</param>
/// <param name="Step">Its place on a curve.</param>
public sealed record MlflowMetric(string Key, double Value, long Timestamp, long Step);

/// <summary>A parameter or a tag.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">Its value.</param>
public sealed record MlflowPair(string Key, string Value);

/// <summary>An error.</summary>
/// <param name="ErrorCode">MLflow's name of it, such as <c>RESOURCE_DOES_NOT_EXIST</c>.</param>
/// <param name="Message">What is wrong, and how to mend it.</param>
public sealed record MlflowError(string ErrorCode, string Message);
