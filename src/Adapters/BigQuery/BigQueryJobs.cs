using Microsoft.Extensions.Logging;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Adapters.BigQuery;

/// <summary>
/// Runs jobs to their end. A job's id is chosen before it is sent, so a request whose answer was lost is sent again under the same id and finds the job that it made.
/// Looking at a job is repeated, never the job - but for one that has ended badly, and so stored nothing, for a reason that passes.
/// Who stops waiting stops the job: it is cancelled and waited for, and counts as done if it had committed.
/// </summary>
internal sealed partial class BigQueryJobs(BigQueryOptions options, BigQueryRequests requests, TimeProvider clock, ILogger logger)
{
    private const int LongestLook = 8;
    private const double MostTransactions = 4;

    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(30);

    /// <summary>Runs a job, under as many ids as it takes, and tells the one that ended well.</summary>
    /// <param name="step">What it is, for the bill.</param>
    /// <param name="start">Starts it under an id.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="WarehouseException">It was refused, ended badly, or took too long.</exception>
    public async Task<string> RunAsync(string step, Func<IBigQuery, string, Task<JobStatus>> start, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long first = clock.GetTimestamp();
        for (int attempt = 1, passing = 1; ; attempt++)
        {
            string id = $"pipeline_{Guid.NewGuid():N}";
            long begun = clock.GetTimestamp();
            JobStatus end = await AttemptAsync(id, start, cancellationToken);
            Count(step, id, end, clock.GetElapsedTime(begun));
            if (end.Error is null)
            {
                return id;
            }

            JobFailedException failure = new(end.Error);
            if (BigQueryFailure.IsConflict(failure) && clock.GetElapsedTime(first) < options.JobLimit)
            {
                await Task.Delay(PauseOf(attempt, clock.GetElapsedTime(begun)), clock, cancellationToken);
            }
            else if (BigQueryFailure.Passes(failure) && passing < options.Attempts)
            {
                await requests.PauseAsync(passing++, cancellationToken);
            }
            else
            {
                throw BigQueryFailure.Explain(options, failure);
            }
        }
    }

    // Whoever lost has met a transaction that is under way: the next attempt is about one transaction later, spread so that of many who wait a few come at a time.
    private TimeSpan PauseOf(int attempt, TimeSpan transaction)
    {
        TimeSpan one = transaction > options.FirstRetry ? transaction : options.FirstRetry;
        return one * Math.Min(Math.Pow(1.25, attempt - 1), MostTransactions) * (0.5 + Random.Shared.NextDouble());
    }

    private async Task<JobStatus> AttemptAsync(string id, Func<IBigQuery, string, Task<JobStatus>> start, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(options.JobLimit, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await WaitAsync(id, await SendAsync(id, start, either.Token), either.Token);
        }
        catch (Exception e) when (either.IsCancellationRequested && (e is OperationCanceledException || BigQueryFailure.Concerns(e)))
        {
            JobStatus? end = await EndAsync(id);
            if (end is { IsDone: true, Error: null })
            {
                return end;
            }

            cancellationToken.ThrowIfCancellationRequested();
            throw BigQueryFailure.TooLong(options, isStopped: end is { IsDone: true });
        }
        catch (WarehouseException e) when (e.InnerException is { } cause && BigQueryFailure.Passes(cause))
        {
            // Nobody knows whether the last request arrived.
            if (await EndAsync(id) is { IsDone: true, Error: null } end)
            {
                return end;
            }

            throw;
        }
    }

    private Task<JobStatus> SendAsync(string id, Func<IBigQuery, string, Task<JobStatus>> start, CancellationToken cancellationToken) => requests.SendAsync(
        async client =>
        {
            try
            {
                return await start(client, id);
            }
            catch (Exception e) when (BigQueryFailure.IsDuplicate(e))
            {
                return await client.FindJobAsync(id, cancellationToken);
            }
        },
        cancellationToken);

    private async Task<JobStatus> WaitAsync(string id, JobStatus status, CancellationToken cancellationToken)
    {
        for (int look = 1; !status.IsDone; look++)
        {
            await Task.Delay(options.FirstLook * Math.Min(look, LongestLook), clock, cancellationToken);
            status = await requests.SendAsync(client => client.FindJobAsync(id, cancellationToken), cancellationToken);
        }

        return status;
    }

    // The last state that could be seen; null where there was none, or no such job.
    private async Task<JobStatus?> EndAsync(string id)
    {
        using CancellationTokenSource limit = new(LongestEnd, clock);
        JobStatus? status = null;
        try
        {
            await requests.SendAsync(client => client.CancelJobAsync(id, limit.Token), limit.Token);
            status = await requests.SendAsync(client => client.FindJobAsync(id, limit.Token), limit.Token);
            return await WaitAsync(id, status, limit.Token);
        }
        catch (Exception e) when (limit.IsCancellationRequested || e is WarehouseException)
        {
            return status;
        }
    }

    private void Count(string step, string id, JobStatus end, TimeSpan took)
    {
        PipelineMetrics.WarehouseBytesBilled.Add(end.BytesBilled, new KeyValuePair<string, object?>("step", step));
        LogEnd(logger, step, id, end.Error?.Reason ?? "done", end.BytesBilled, took.TotalSeconds);
    }

    [LoggerMessage(PipelineEvents.WarehouseJobEnded, LogLevel.Information, "The job of {Step}, {Id}, ended ({End}): {BytesBilled} bytes billed, {Seconds:F1} s.")]
    private static partial void LogEnd(ILogger logger, string step, string id, string end, long bytesBilled, double seconds);
}
