using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Audit;
using Pipeline.Models;
using Pipeline.Requests;
using Pipeline.Rollout;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>Decides which version serves. What follows a change - a trial, predictions made anew - goes on in the background.</summary>
public sealed partial class VersionFunctions(ManageVersions versions, RollBackAll all, CompareVersions compare, ModelStore models, RolloutOptions rollout, TimeProvider clock, ILogger<VersionFunctions> logger)
{
    /// <summary>Shows one version.</summary>
    [Function("ModelVersion")]
    [Requires(Role.Reader)]
    public Task<IResult> ShowAsync([HttpTrigger(Access.Checked, "get", Route = "models/{techCenter}/{version}")] HttpRequest request, string techCenter, string version, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await versions.ShowAsync(RouteText.Of(request, techCenter), version, cancellationToken)));

    /// <summary>Shows what another version would change.</summary>
    [Function("ModelCompare")]
    [Requires(Role.Reader)]
    public Task<IResult> CompareAsync([HttpTrigger(Access.Checked, "get", Route = "models/{techCenter}/compare")] HttpRequest request, string techCenter, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await compare.RunAsync(RouteText.Of(request, techCenter), Named(request, "a"), Named(request, "b"), cancellationToken)), "a", "b");

    /// <summary>Puts a version into production: at once, or in steps.</summary>
    [Function("ModelPromote")]
    [Requires(Role.Operator, Act = AuditActions.ModelPromote)]
    public Task<IResult> PromoteAsync([HttpTrigger(Access.Checked, "post", Route = "models/{techCenter}/{version}/promote")] HttpRequest request, [DurableClient] DurableTaskClient client, string techCenter, string version, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            PromoteBody body = await JsonRequest.ReadAsync<PromoteBody>(request.Body, cancellationToken);
            StageOrder order = new(Callers.NameOf(request), body.Reason, body.Force == true);
            if (body.BlueGreen == true)
            {
                int first = Math.Max(1, 100 / rollout.BlueGreenSteps);
                ModelManifest manifest = (await versions.ShowAsync(RouteText.Of(request, techCenter), version, cancellationToken)).Manifest;
                await RolloutStart.RequireNoneAsync(client, new RolloutPlan(manifest.TechCenter, manifest.Folder, version, BlueGreen: true, order.Who, clock.GetUtcNow()), cancellationToken);
                return await BegunAsync(client, await versions.BeginBlueGreenAsync(RouteText.Of(request, techCenter), version, first, order, cancellationToken), blueGreen: true, order.Who, cancellationToken);
            }

            return await ChangedAsync(client, await versions.PromoteAsync(RouteText.Of(request, techCenter), version, order, cancellationToken), cancellationToken);
        });

    /// <summary>Puts a version on trial.</summary>
    [Function("ModelCanary")]
    [Requires(Role.Operator, Act = AuditActions.ModelCanary)]
    public Task<IResult> CanaryAsync([HttpTrigger(Access.Checked, "post", Route = "models/{techCenter}/{version}/canary")] HttpRequest request, [DurableClient] DurableTaskClient client, string techCenter, string version, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            CanaryBody body = await JsonRequest.ReadAsync<CanaryBody>(request.Body, cancellationToken);
            StageOrder order = new(Callers.NameOf(request), body.Reason, body.Force == true);
            return await BegunAsync(client, await versions.BeginCanaryAsync(RouteText.Of(request, techCenter), version, body.Percent, order, cancellationToken), blueGreen: false, order.Who, cancellationToken);
        });

    /// <summary>Takes a version out of use.</summary>
    [Function("ModelRetire")]
    [Requires(Role.Operator, Act = AuditActions.ModelRetire)]
    public Task<IResult> RetireAsync([HttpTrigger(Access.Checked, "post", Route = "models/{techCenter}/{version}/retire")] HttpRequest request, string techCenter, string version, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            ReasonBody body = await JsonRequest.ReadAsync<ReasonBody>(request.Body, cancellationToken);
            StageResult result = await versions.RetireAsync(RouteText.Of(request, techCenter), version, new StageOrder(Callers.NameOf(request), body.Reason), cancellationToken);
            LogChanged(result.Version, result.TechCenter, result.Stage);
            return HttpAnswers.Json(StageAnswer.Of(result, null));
        });

    /// <summary>Brings the previous version back.</summary>
    [Function("ModelRollback")]
    [Requires(Role.Operator, Act = AuditActions.ModelRollback)]
    public Task<IResult> RollBackAsync([HttpTrigger(Access.Checked, "post", Route = "models/{techCenter}/rollback")] HttpRequest request, [DurableClient] DurableTaskClient client, string techCenter, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            ReasonBody body = await JsonRequest.ReadAsync<ReasonBody>(request.Body, cancellationToken);
            return await ChangedAsync(client, await versions.RollBackAsync(RouteText.Of(request, techCenter), new StageOrder(Callers.NameOf(request), body.Reason), cancellationToken), cancellationToken);
        });

    /// <summary>Brings the previous version of every tech center back.</summary>
    [Function("ModelRollbackAll")]
    [Requires(Role.Operator, Act = AuditActions.ModelRollback)]
    public Task<IResult> RollBackAllAsync([HttpTrigger(Access.Checked, "post", Route = "models/rollback")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            ReasonBody body = await JsonRequest.ReadAsync<ReasonBody>(request.Body, cancellationToken);
            RollbackOfAll done = await all.RunAsync(new StageOrder(Callers.NameOf(request), body.Reason), cancellationToken);
            foreach (StageResult result in done.Changed)
            {
                LogChanged(result.Version, result.TechCenter, result.Stage);
            }

            string? instance = done.Changed.Count == 0 ? null : await PredictOrchestration.StartAsync(client, techCenter: null, version: null, cancellationToken);
            return HttpAnswers.Json(new { changed = done.Changed.Select(result => StageAnswer.Of(result, instance)), done.Unchanged, done.Failed });
        });

    private static string Named(HttpRequest request, string parameter) =>
        request.Query[parameter] is [{ Length: > 0 } version] ? version : throw RequestException.Invalid(parameter, $"Name a version as {parameter}, such as {parameter}=2026_q2.");

    private async Task<IResult> ChangedAsync(DurableTaskClient client, StageResult result, CancellationToken cancellationToken)
    {
        LogChanged(result.Version, result.TechCenter, result.Stage);
        return HttpAnswers.Json(StageAnswer.Of(result, await PredictOrchestration.StartAsync(client, result.TechCenter, version: null, cancellationToken)));
    }

    private async Task<IResult> BegunAsync(DurableTaskClient client, StageResult result, bool blueGreen, string who, CancellationToken cancellationToken)
    {
        LogChanged(result.Version, result.TechCenter, result.Stage);
        ModelManifest manifest = await models.RequireAsync(result.TechCenter, result.Version, cancellationToken);
        string instance = await RolloutStart.RunAsync(client, new RolloutPlan(result.TechCenter, manifest.Folder, result.Version, blueGreen, who, clock.GetUtcNow()), cancellationToken);
        return HttpAnswers.Json(StageAnswer.Of(result, instance), StatusCodes.Status202Accepted);
    }

    [LoggerMessage(PipelineEvents.StageChanged, LogLevel.Information, "{Version} of {TechCenter} is {Stage} now")]
    private partial void LogChanged(string version, string techCenter, ModelStage stage);
}

/// <summary>The body of a promotion.</summary>
/// <param name="Reason">Why; needed with <paramref name="Force"/>.</param>
/// <param name="Force">Whether a version that the gate refused is promoted all the same.</param>
/// <param name="BlueGreen">Whether it gets its share in steps.</param>
public sealed record PromoteBody(string? Reason = null, bool? Force = null, bool? BlueGreen = null);

/// <summary>The body of a trial.</summary>
/// <param name="Percent">The share in percent, 1 to 100; null for that of the settings.</param>
/// <param name="Reason">Why; needed with <paramref name="Force"/>.</param>
/// <param name="Force">Whether a version that the gate refused is tried all the same.</param>
public sealed record CanaryBody(int? Percent = null, string? Reason = null, bool? Force = null);

/// <summary>The body of a change that may be given a reason.</summary>
/// <param name="Reason">Why.</param>
public sealed record ReasonBody(string? Reason = null);

/// <summary>The answer to a change of stage.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Version">The version that was changed; after a rollback the one that serves now.</param>
/// <param name="Stage">Its stage.</param>
/// <param name="Production">The version that serves.</param>
/// <param name="Previous">The one that a rollback brings back.</param>
/// <param name="Canary">The one on trial.</param>
/// <param name="Instance">The orchestration that goes on in the background; null where nothing does.</param>
public sealed record StageAnswer(string TechCenter, string Version, ModelStage Stage, string? Production, string? Previous, string? Canary, string? Instance)
{
    internal static StageAnswer Of(StageResult result, string? instance) => new(result.TechCenter, result.Version, result.Stage, result.Production, result.Previous, result.Canary, instance);
}
