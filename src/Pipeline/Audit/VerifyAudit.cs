using System.Globalization;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Audit;

/// <summary>
/// Reads the whole audit and tells which lines are not as they were written: changed, removed, put in, or in another order. Lines that are missing at the end show by an anchor alone: the one that
/// <see cref="KeepAudit"/> leaves in the warehouse every day, or the head that a person noted. Memory: 100 bytes a line.
/// </summary>
/// <param name="objects">Where the audit lies.</param>
/// <param name="settings">Where the anchor lies; null for none.</param>
public sealed class VerifyAudit(IObjectStore objects, ISettingsTable? settings = null)
{
    private readonly AuditFiles _files = new(objects);

    /// <summary>Verifies.</summary>
    /// <param name="head">A head that was noted before, as <see cref="AuditVerification.Heads"/> writes it; null for none.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">The head cannot be read.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    /// <exception cref="WarehouseException">The anchor cannot be read.</exception>
    public async Task<AuditVerification> RunAsync(string? head = null, CancellationToken cancellationToken = default)
    {
        List<AuditHead> anchors = head is null ? [] : [AuditHead.Parse(head) ?? throw RequestException.Invalid("head", $"'{head}' is no head of an audit. Give one as 'audit verify' shows it: CHAIN/NUMBER:HASH.")];
        if (settings is not null && await settings.GetSettingAsync(KeepAudit.AnchorSetting, cancellationToken) is string kept)
        {
            anchors.AddRange(kept.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(AuditHead.Parse).OfType<AuditHead>());
        }

        long entries = 0;
        List<string> problems = [], heads = [];
        IReadOnlyList<AuditChain> chains = await _files.ListAsync(cancellationToken);
        foreach (AuditChain chain in chains)
        {
            ChainCheck check = new(chain.Name);
            check.TakeStrays(chain.Strays);
            foreach (AuditFile file in chain.Files)
            {
                // One that was merged and deleted since it was listed is in the merged object.
                if (await _files.ReadAsync(file.Name, cancellationToken) is { } lines)
                {
                    check.Take(file, lines);
                }
            }

            check.End([.. anchors.Where(anchor => string.Equals(anchor.Chain, chain.Name, StringComparison.Ordinal))]);
            entries += check.Entries;
            problems.AddRange(check.Problems);
            heads.Add(check.Head);
        }

        problems.AddRange(anchors.Where(anchor => !chains.Any(chain => string.Equals(chain.Name, anchor.Chain, StringComparison.Ordinal)))
            .Select(anchor => string.Create(CultureInfo.InvariantCulture, $"The chain {anchor.Chain} is gone: it was known to reach entry {anchor.Number}.")).Distinct(StringComparer.Ordinal));
        return new AuditVerification(problems.Count == 0, entries, heads, problems);
    }
}

/// <summary>What a verification found.</summary>
/// <param name="Sound">Whether every line is as it was written.</param>
/// <param name="Entries">How many lines were read.</param>
/// <param name="Heads">The last line of each chain, as CHAIN/NUMBER:HASH, the chain that is written first. Noted elsewhere, it shows later whether lines are missing at the end.</param>
/// <param name="Problems">Each thing that is wrong, naming the line; none where the audit is sound.</param>
public sealed record AuditVerification(bool Sound, long Entries, IReadOnlyList<string> Heads, IReadOnlyList<string> Problems);

/// <summary>A line that a chain is known to have.</summary>
/// <param name="Chain">The chain.</param>
/// <param name="Number">The line's number.</param>
/// <param name="Hash">Its hash.</param>
internal sealed record AuditHead(string Chain, long Number, string Hash)
{
    /// <summary>Reads a head; null where it is none.</summary>
    public static AuditHead? Parse(string text)
    {
        string[] parts = text.Split('/', ':');
        return parts.Length == 3 && parts[0].Length > 0 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long number) && parts[2].Length == 64 ? new AuditHead(parts[0], number, parts[2]) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Chain}/{Number}:{Hash}");
}
