using System.Globalization;
using Pipeline.Alerts;
using Pipeline.Storage;

namespace Pipeline.Audit;

/// <summary>
/// Keeps the audit small and sound: merges the lines of days that are over to one object, deletes what an earlier run merged, verifies all, and leaves the head as an anchor in the warehouse, which another
/// store than the audit's holds. What is not as it was written is an alert. Several may run at once; killed at any step, the next run goes on.
/// </summary>
public sealed class KeepAudit(IObjectStore objects, ISettingsTable settings, AuditLog log, AuditCounts counts, VerifyAudit verify, RaiseAlert alerts, TimeProvider clock)
{
    /// <summary>The name under which the warehouse keeps the anchor: the heads of all chains.</summary>
    public const string AnchorSetting = "audit-head";

    // 5 MB of usual lines.
    private const int MostMerged = 10_000;

    private static readonly TimeSpan Safe = TimeSpan.FromDays(1);

    private readonly AuditFiles _files = new(objects);

    /// <summary>Keeps the audit.</summary>
    /// <returns>How many lines were merged, and what a verification found; null where nothing was merged since the last anchor, and nothing kept from it.</returns>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    /// <exception cref="WarehouseException">The anchor cannot be read or written, or the alert.</exception>
    public async Task<(int Merged, AuditVerification? Found)> RunAsync(CancellationToken cancellationToken = default)
    {
        await counts.FlushAsync();
        await log.FlushAsync(cancellationToken);
        DateTimeOffset now = clock.GetUtcNow();
        IReadOnlyList<AuditChain> chains = await _files.ListAsync(cancellationToken);
        int merged = 0;
        bool isStuck = false;
        foreach (AuditChain chain in chains)
        {
            // What this run merges stays until a later one: a writer that looked a moment ago still finds its number taken.
            await DeleteMergedAsync(chain, now, cancellationToken);
            (int more, bool stuck) = await MergeAsync(chain, now, cancellationToken);
            (merged, isStuck) = (merged + more, isStuck || stuck || chain.Strays.Count > 0);
        }

        if (chains.Count == 0 || (merged == 0 && !isStuck && await settings.GetSettingAsync(AnchorSetting, cancellationToken) is not null))
        {
            return (merged, null);
        }

        AuditVerification found = await verify.RunAsync(cancellationToken: cancellationToken);
        if (found.Sound)
        {
            await settings.SetSettingAsync(AnchorSetting, string.Join(' ', found.Heads), cancellationToken);
        }
        else
        {
            await TellAsync(found, cancellationToken);
        }

        return (merged, found);
    }

    // The same again soon is counted by the alert, and no line of the audit.
    private async Task TellAsync(AuditVerification found, CancellationToken cancellationToken)
    {
        Alert alert = await alerts.RunAsync(
            new AlertEvent(AlertRules.AuditDamaged, string.Create(CultureInfo.InvariantCulture, $"The audit is not as it was written: {found.Problems.Count} problems, the first: {found.Problems[0]} 'audit verify' names all.")),
            cancellationToken);
        if (alert.Count == 1)
        {
            await log.NoteAsync(AuditActions.AuditDamaged, "audit", AuditOutcome.Failed, "pipeline", found.Problems[0]);
        }
    }

    // Stuck is what meets a line of a day that is over and is not as it was written, or is missing.
    private async Task<(int Merged, bool IsStuck)> MergeAsync(AuditChain chain, DateTimeOffset now, CancellationToken cancellationToken)
    {
        long last = chain.Files.Where(file => file.IsMerged).Select(file => file.Last).DefaultIfEmpty(0).Max();
        List<StoredLine> lines = [];
        int merged = 0;
        bool isStuck = false;
        foreach (AuditFile file in chain.Files.Where(file => !file.IsMerged && file.First > last))
        {
            // What is not as it was written stays as it is, for people to look at.
            if (file.First != last + lines.Count + 1 || await _files.ReadAsync(file.Name, cancellationToken) is not [{ IsIntact: true, Entry: AuditEntry entry } line] || entry.Number != file.First)
            {
                isStuck = true;
                break;
            }

            if (entry.At.UtcDateTime.Date >= now.UtcDateTime.Date)
            {
                break;
            }

            lines.Add(line);
            if (lines.Count == MostMerged)
            {
                (last, merged) = await WriteAsync(last, merged);
            }
        }

        return (lines.Count == 0 ? merged : (await WriteAsync(last, merged)).Merged, isStuck);

        async Task<(long Last, int Merged)> WriteAsync(long before, int already)
        {
            long end = before + lines.Count;
            await _files.WriteAsync(AuditFiles.NameOf(chain.Name, before + 1, end), lines, cancellationToken);
            int count = lines.Count;
            lines.Clear();
            return (end, already + count);
        }
    }

    private async Task DeleteMergedAsync(AuditChain chain, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (AuditFile merged in chain.Files.Where(file => file.IsMerged))
        {
            AuditFile[] parts = [.. chain.Files.Where(file => !file.IsMerged && file.First >= merged.First && file.First <= merged.Last)];
            if (parts.Length == 0 || await _files.ReadAsync(merged.Name, cancellationToken) is not { } lines)
            {
                continue;
            }

            foreach (AuditFile part in parts)
            {
                // Only what stands in the merged object to the byte, and long enough that nobody can still be about to write its number.
                if (lines.ElementAtOrDefault((int)(part.First - merged.First)) is { Entry: AuditEntry entry } kept && now - entry.At >= Safe
                    && await _files.ReadAsync(part.Name, cancellationToken) is [StoredLine own] && own.Bytes.AsSpan().SequenceEqual(kept.Bytes))
                {
                    await objects.DeleteAsync(part.Name, cancellationToken);
                }
            }
        }
    }
}
