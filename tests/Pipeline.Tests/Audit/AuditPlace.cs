using System.Text;
using System.Text.Json;
using Pipeline.Alerts;
using Pipeline.Audit;
using Pipeline.Storage;
using Pipeline.Tests.Fakes;

namespace Pipeline.Tests.Audit;

/// <summary>An audit in memory, whose lines tests can tamper with.</summary>
internal sealed class AuditPlace
{
    public MemoryObjectStore Objects { get; } = new();

    public MemoryWarehouse Settings { get; } = new();

    public ManualClock Clock { get; } = new();

    public IReadOnlyList<string> Names => [.. Objects.Objects.Keys.Where(name => name.StartsWith("audit/", StringComparison.Ordinal))];

    public AuditLog Log(IObjectStore? objects = null, TimeProvider? clock = null) => new(objects ?? Objects, clock ?? Clock);

    public Task<AuditVerification> VerifyAsync(string? head = null) => new VerifyAudit(Objects, Settings).RunAsync(head);

    public async Task<IReadOnlyList<AuditEntry>> ReadAsync(AuditQuery? query = null)
    {
        List<AuditEntry> entries = [];
        await foreach (AuditEntry entry in new BrowseAudit(Objects).ReadAsync(query ?? new AuditQuery()))
        {
            entries.Add(entry);
        }

        entries.Reverse();
        return entries;
    }

    /// <summary>An audit with some lines, of which those before today are merged.</summary>
    public static async Task<AuditPlace> FilledAsync(int before = 0, int today = 0)
    {
        AuditPlace place = new();
        AuditLog log = place.Log();
        await place.WriteAsync(log, before);
        if (before > 0)
        {
            place.Clock.Advance(TimeSpan.FromDays(1));
            (await place.KeepAsync(log)).Merged.ShouldBe(before);
            place.Clock.Advance(TimeSpan.FromDays(1));
            await place.KeepAsync(log);
        }

        await place.WriteAsync(log, today);
        return place;
    }

    public async Task<(int Merged, AuditVerification? Found)> KeepAsync(AuditLog? log = null, IObjectStore? objects = null)
    {
        log ??= Log(objects);
        IObjectStore store = objects ?? Objects;
        return await new KeepAudit(store, Settings, log, new AuditCounts(log, Clock), new VerifyAudit(store, Settings), new RaiseAlert(Settings, new AlertOptions(), Clock), Clock).RunAsync();
    }

    public async Task WriteAsync(AuditLog log, int lines)
    {
        for (int i = 0; i < lines; i++)
        {
            await log.WriteAsync(Note(i));
            Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    public static AuditNote Note(int number, string actor = "Jane") => new(actor, AuditActions.ModelPromote, FormattableString.Invariant($"models/network/{number}"), AuditOutcome.Done);

    /// <summary>Changes the text of an object.</summary>
    public void Change(string name, Func<string, string> change) => Objects.Objects[name] = Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(Objects.Objects[name])));

    /// <summary>Changes a line and gives it the hash that fits, as somebody would who knows how it is made.</summary>
    public void Forge(string name, Func<AuditEntry, AuditEntry> change)
    {
        AuditEntry entry = JsonSerializer.Deserialize<AuditEntry>(Objects.Objects[name], PipelineJson.Compact)!;
        Objects.Objects[name] = [.. AuditLine.Write(change(entry)).Bytes, (byte)'\n'];
    }
}
