using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Pipeline.Adapters.Local;
using Pipeline.Alerts;
using Pipeline.Audit;

namespace Pipeline.Bench;

/// <summary><c>audit</c>: what a line of the audit costs beside a plain object of its size, alone and with another writer, and what listing and verifying cost.</summary>
internal static class AuditCommand
{
    public static Command Create()
    {
        Option<int> lines = new("--lines") { Description = "Lines to write in each part.", DefaultValueFactory = _ => 2_000 };
        Command command = new("audit", "Write, list and verify the audit in files on this disk.") { lines };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string folder = Directory.CreateTempSubdirectory("pipeline-audit-").FullName;
            try
            {
                await using SqliteWarehouse warehouse = new(Path.Combine(folder, "warehouse.db"));
                await warehouse.InitializeAsync(cancellationToken);
                await MeasureAsync(new FileObjectStore(Path.Combine(folder, "objects")), warehouse, parsed.GetValue(lines), cancellationToken);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
        return command;
    }

    private static async Task MeasureAsync(FileObjectStore store, SqliteWarehouse warehouse, int lines, CancellationToken cancellationToken)
    {
        await using AuditLog one = new(store, TimeProvider.System), other = new(store, TimeProvider.System);
        byte[] content = new byte[500];
        await WriteAsync(one, lines / 10, cancellationToken);
        double[] plain = new double[lines], chained = new double[lines];

        // In turns, so that whatever else the disk has to do falls on both.
        for (int i = 0; i < lines; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await store.WriteAsync(FormattableString.Invariant($"plain/{i:D12}"), async (target, token) => await target.WriteAsync(content, token), onlyIfAbsent: true, cancellationToken);
            plain[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            start = Stopwatch.GetTimestamp();
            await one.WriteAsync(Note(i), cancellationToken);
            chained[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Tell("a plain object", plain);
        Tell("a line", chained);
        long both = Stopwatch.GetTimestamp();
        await Task.WhenAll(WriteAsync(one, lines / 2, cancellationToken), WriteAsync(other, lines / 2, cancellationToken));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"two writers at once: {Stopwatch.GetElapsedTime(both).TotalMilliseconds / lines:0.00} ms a line"));
        long begin = Stopwatch.GetTimestamp();
        AuditVerification found = await new VerifyAudit(store).RunAsync(cancellationToken: cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"verifying {found.Entries} lines, each an object: {Stopwatch.GetElapsedTime(begin).TotalMilliseconds:0} ms, sound: {found.Sound}"));
        await MergeAsync(store, warehouse, cancellationToken);
        begin = Stopwatch.GetTimestamp();
        found = await new VerifyAudit(store).RunAsync(cancellationToken: cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"verifying {found.Entries} merged lines: {Stopwatch.GetElapsedTime(begin).TotalMilliseconds:0} ms, sound: {found.Sound}"));
        begin = Stopwatch.GetTimestamp();
        AuditPage page = await new BrowseAudit(store).ListAsync(new AuditQuery { Actor = "nobody" }, cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"looking through all of them for an actor who is not there ({page.Entries.Count} found): {Stopwatch.GetElapsedTime(begin).TotalMilliseconds:0} ms"));
    }

    // Two days later: merged by the first run, and what was merged is deleted by the second.
    private static async Task MergeAsync(FileObjectStore store, SqliteWarehouse warehouse, CancellationToken cancellationToken)
    {
        Later clock = new();
        await using AuditLog log = new(store, clock);
        await using AuditCounts counts = new(log, clock);
        KeepAudit keep = new(store, warehouse, log, counts, new VerifyAudit(store, warehouse), new RaiseAlert(warehouse, new AlertOptions(), clock), clock);
        await keep.RunAsync(cancellationToken);
        await keep.RunAsync(cancellationToken);
    }

    private static async Task WriteAsync(AuditLog log, int lines, CancellationToken cancellationToken)
    {
        for (int i = 0; i < lines; i++)
        {
            await log.WriteAsync(Note(i), cancellationToken);
        }
    }

    private static AuditNote Note(int number) => new("jane@example.org", AuditActions.ModelPromote, FormattableString.Invariant($"models/network/{number}/promote"), AuditOutcome.Done)
    {
        Role = "operator",
        Via = AuditWay.Http,
        Detail = "200",
        Trace = "4bf92f3577b34da6a3ce929d0e0e4736",
    };

    private static void Tell(string what, double[] milliseconds)
    {
        Array.Sort(milliseconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: mean {milliseconds.Average():0.00} ms, median {milliseconds[milliseconds.Length / 2]:0.00} ms, 99 % {milliseconds[milliseconds.Length * 99 / 100]:0.00} ms"));
    }

    private sealed class Later : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddDays(2);
    }
}
