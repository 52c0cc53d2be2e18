using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Intake;

/// <summary>Records what became of a file, whether it was taken in or refused.</summary>
internal sealed class IngestionRecord(SourceFile file, IIngestionLog? log, TimeProvider clock)
{
    /// <summary>Runs an import and records it.</summary>
    public async Task<IntakeResult> RunAsync(Func<Task<IntakeResult>> import, CancellationToken cancellationToken)
    {
        DateTimeOffset startedAt = clock.GetUtcNow();
        long start = clock.GetTimestamp();
        try
        {
            IntakeResult result = await import();
            await RecordAsync(startedAt, start, result, problem: null, cancellationToken);
            return result;
        }
        catch (IntakeException exception)
        {
            try
            {
                await RecordAsync(startedAt, start, result: null, exception.Message, cancellationToken);
            }
            catch (WarehouseException)
            {
                // Why the file was refused is what the user has to know.
            }

            throw;
        }
    }

    private async Task RecordAsync(DateTimeOffset startedAt, long start, IntakeResult? result, string? problem, CancellationToken cancellationToken)
    {
        if (log is null)
        {
            return;
        }

        double seconds = Math.Round(clock.GetElapsedTime(start).TotalSeconds, 3);
        string hash = Convert.ToHexStringLower(await Task.Run(file.Hash, cancellationToken));
        await log.RecordIngestionAsync(
            new Ingestion(
                startedAt,
                seconds,
                LocalUser.Name,
                Path.GetFileName(file.Name),
                hash,
                file.Length,
                result?.Source,
                (result?.Accepted + result?.Rejected) ?? 0,
                result?.Accepted ?? 0,
                result?.Rejected ?? 0,
                result?.RejectReasons ?? new Dictionary<RejectKind, int>(),
                result?.Added ?? 0,
                result?.Changed ?? 0,
                problem),
            cancellationToken);
    }
}
