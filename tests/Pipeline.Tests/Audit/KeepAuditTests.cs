using Pipeline.Alerts;
using Pipeline.Audit;
using Pipeline.Tests.Fakes;

namespace Pipeline.Tests.Audit;

/// <summary>What keeps the audit small: days that are over are merged, and repeats are counted.</summary>
[TestClass]
public sealed class KeepAuditTests
{
    [TestMethod]
    public async Task Lines_of_days_that_are_over_are_merged_and_go_a_run_and_a_day_later()
    {
        AuditPlace place = new();
        AuditLog log = place.Log();
        await place.WriteAsync(log, 3);

        (await place.KeepAsync(log)).Merged.ShouldBe(0, "the day is not over");
        place.Clock.Advance(TimeSpan.FromDays(1));
        await place.WriteAsync(log, 1);
        (await place.KeepAsync(log)).Merged.ShouldBe(3);
        place.Names.Count.ShouldBe(5);
        (await place.VerifyAsync()).Problems.ShouldBeEmpty();
        place.Clock.Advance(TimeSpan.FromHours(1));
        await place.KeepAsync(log);

        place.Names.Count.ShouldBe(2);
        (await place.VerifyAsync()).ShouldSatisfyAllConditions(found => found.Problems.ShouldBeEmpty(), found => found.Entries.ShouldBe(4));
        await place.WriteAsync(place.Log(), 1);
        (await place.ReadAsync()).Select(entry => entry.Number).ShouldBe([1, 2, 3, 4, 5]);
    }

    [TestMethod]
    public async Task A_line_that_was_changed_is_neither_merged_nor_deleted_and_is_told_of()
    {
        AuditPlace place = new();
        await place.WriteAsync(place.Log(), 4);
        string changed = place.Names[2];
        place.Change(changed, line => line.Replace("Jane", "John", StringComparison.Ordinal));
        place.Clock.Advance(TimeSpan.FromDays(1));

        (int merged, AuditVerification? found) = await place.KeepAsync();
        place.Clock.Advance(TimeSpan.FromDays(1));
        await place.KeepAsync();

        merged.ShouldBe(2);
        found.ShouldNotBeNull().Sound.ShouldBeFalse();
        place.Names.Contains(changed, StringComparer.Ordinal).ShouldBeTrue();
        (await place.ReadAsync()).Where(entry => entry.Action is AuditActions.AuditDamaged).Select(entry => entry.Detail!.Contains("Entry 3", StringComparison.Ordinal)).Distinct().ShouldBe([true]);
        (await place.Settings.GetSettingAsync(KeepAudit.AnchorSetting)).ShouldBeNull("a damaged audit is no anchor");
    }

    [TestMethod]
    public async Task A_damage_that_leaves_nothing_to_merge_is_told_too_once_in_the_audit_and_as_an_alert_that_counts()
    {
        AuditPlace place = await AuditPlace.FilledAsync(before: 2, today: 2);
        place.Change(place.Names[1], line => line.Replace("Jane", "John", StringComparison.Ordinal));
        place.Clock.Advance(TimeSpan.FromDays(1));

        for (int hour = 0; hour < 3; hour++)
        {
            (await place.KeepAsync()).ShouldSatisfyAllConditions(kept => kept.Merged.ShouldBe(0), kept => kept.Found.ShouldNotBeNull().Sound.ShouldBeFalse());
            place.Clock.Advance(TimeSpan.FromMinutes(10));
        }

        Alert alert = (await place.Settings.ReadAlertsAsync(10)).ShouldHaveSingleItem();
        (alert.Rule, alert.Severity, alert.Count).ShouldBe(("audit-damaged", AlertSeverity.Critical, 3));
        alert.Text.ShouldContain("Entry 3 of");
        (await place.ReadAsync()).Count(entry => entry.Action is AuditActions.AuditDamaged).ShouldBe(1);
    }

    [TestMethod]
    public async Task Killed_at_any_step_the_keeping_loses_nothing_and_the_next_run_goes_on()
    {
        for (int step = 1; ; step++)
        {
            AuditPlace place = new();
            await place.WriteAsync(place.Log(), 3);
            place.Clock.Advance(TimeSpan.FromDays(1));
            await place.KeepAsync();
            await place.WriteAsync(place.Log(), 2);
            place.Clock.Advance(TimeSpan.FromDays(1));
            CrashPoint crash = new(step);
            try
            {
                await place.KeepAsync(objects: new CrashingObjectStore(place.Objects, crash));
            }
            catch (CrashException)
            {
                // The process is gone.
            }

            (await place.VerifyAsync()).Problems.ShouldBeEmpty();
            (await place.ReadAsync()).Select(entry => entry.Number).ShouldBe([1, 2, 3, 4, 5]);
            place.Clock.Advance(TimeSpan.FromDays(1));
            await place.KeepAsync();
            await place.KeepAsync();
            place.Names.Count.ShouldBe(2);
            (await place.VerifyAsync()).Problems.ShouldBeEmpty();
            if (!crash.Happened)
            {
                step.ShouldBeGreaterThan(8);
                return;
            }
        }
    }

    [TestMethod]
    public async Task A_flood_of_failed_sign_ins_is_two_lines_with_a_count()
    {
        AuditPlace place = new();
        AuditLog log = place.Log();
        AuditCounts counts = new(log, place.Clock);
        for (int i = 0; i < 5_000; i++)
        {
            await counts.NoteAsync(Failed("10.0.0.1"));
        }

        (await place.ReadAsync()).ShouldHaveSingleItem().Count.ShouldBe(1);
        place.Clock.Advance(AuditCounts.Window);
        await counts.FlushAsync();

        (await place.ReadAsync()).Select(entry => (entry.Actor, entry.Count)).ShouldBe([("10.0.0.1", 1), ("10.0.0.1", 4_999)]);
        (await place.ReadAsync())[1].Detail!.ShouldStartWith("again since 2026-07-01 00:00:00");
    }

    [TestMethod]
    public async Task A_flood_from_addresses_without_end_is_bounded_and_none_of_it_is_left_out()
    {
        AuditPlace place = new();
        AuditLog log = place.Log();
        await using (AuditCounts counts = new(log, place.Clock))
        {
            for (int i = 0; i < 3_000; i++)
            {
                await counts.NoteAsync(Failed(FormattableString.Invariant($"10.0.{i / 250}.{i % 250}")));
            }
        }

        IReadOnlyList<AuditEntry> entries = await place.ReadAsync();
        entries.Count.ShouldBe(202);
        entries.Sum(entry => entry.Count).ShouldBe(3_000);
        entries[^1].Actor.ShouldBe("others");
    }

    [TestMethod]
    public async Task A_caller_is_noted_once_a_day()
    {
        AuditPlace place = new();
        AuditCounts counts = new(place.Log(), place.Clock);
        for (int hours = 0; hours < 48; hours++)
        {
            await counts.NoteFirstAsync(new AuditNote("Jane", AuditActions.SignInFirst, "api", AuditOutcome.Done));
            await counts.NoteFirstAsync(new AuditNote("key default", AuditActions.SignInFirst, "api", AuditOutcome.Done));
            place.Clock.Advance(TimeSpan.FromHours(1));
        }

        (await place.ReadAsync()).Select(entry => entry.Actor).ShouldBe(["Jane", "key default", "Jane", "key default"]);
    }

    private static AuditNote Failed(string address) => new(address, AuditActions.SignInFailed, "api", AuditOutcome.Refused);
}
