using Pipeline.Audit;
using Pipeline.Storage;
using Pipeline.Tests.Fakes;

namespace Pipeline.Tests.Audit;

/// <summary>Writing the audit: by several, through crashes, lost answers, clocks that go back, and a store that does not answer.</summary>
[TestClass]
public sealed class AuditLogTests
{
    [TestMethod]
    public async Task A_line_says_who_did_what_to_what_and_how_it_ended()
    {
        AuditPlace place = new();

        AuditEntry written = await place.Log().WriteAsync(new AuditNote("Jane", AuditActions.ModelPromote, "models/network/2026_q2", AuditOutcome.Done) { Role = "operator", Via = AuditWay.Http, Detail = "200", Trace = "t" });

        AuditEntry read = (await place.ReadAsync()).ShouldHaveSingleItem();
        read.ShouldBe(written);
        (read.Number, read.At, read.Actor, read.Role, read.Via, read.Action, read.Subject, read.Outcome, read.Detail, read.Count, read.Trace)
            .ShouldBe((1, place.Clock.GetUtcNow(), "Jane", "operator", AuditWay.Http, "model.promote", "models/network/2026_q2", AuditOutcome.Done, "200", 1, "t"));
    }

    [TestMethod]
    public async Task Texts_of_any_kind_stay_on_one_line_and_are_cut()
    {
        AuditPlace place = new();

        await place.Log().WriteAsync(new AuditNote("Jane\nJohn\u001b[31m\u202e", "x", new string('a', 10_000), AuditOutcome.Done));
        await place.Log().WriteAsync(new AuditNote("Jane", "x", new string('a', 298) + "\U0001F600\U0001F600", AuditOutcome.Done));
        await place.Log().WriteAsync(AuditPlace.Note(1));

        (await place.VerifyAsync()).Problems.ShouldBeEmpty();
        (await place.ReadAsync()).Select(entry => entry.Subject.Length).ShouldBe([300, 299, "models/network/1".Length]);
    }

    [TestMethod]
    public async Task Several_writers_that_begin_at_once_lose_no_line()
    {
        AuditPlace place = new();
        AuditLog[] writers = [.. Enumerable.Range(0, 4).Select(_ => place.Log())];

        await Task.WhenAll(writers.Select((writer, w) => Task.Run(async () =>
        {
            for (int i = 0; i < 50; i++)
            {
                await writer.WriteAsync(AuditPlace.Note(i, $"writer {w}"));
            }
        })));

        (await place.VerifyAsync()).Problems.ShouldBeEmpty();
        IReadOnlyList<AuditEntry> entries = await place.ReadAsync();
        entries.Select(entry => (entry.Actor, entry.Subject)).Distinct().Count().ShouldBe(200);
        entries.Count.ShouldBe(200);

        // Those that began chains of their own in the same moment come together.
        place.Clock.Advance(TimeSpan.FromMinutes(10));
        await Task.WhenAll(writers.Select(writer => writer.WriteAsync(AuditPlace.Note(0, "all"))));
        place.Names.Select(name => name.Split('/')[1]).GroupBy(chain => chain, StringComparer.Ordinal).Count().ShouldBeLessThanOrEqualTo(4);
        (await place.VerifyAsync()).Problems.ShouldBeEmpty();
        (await place.ReadAsync(new AuditQuery { Actor = "all" })).Select(entry => entry.Number).Distinct().Count().ShouldBe(4, "they write one chain now");
    }

    [TestMethod]
    public async Task Two_writers_take_turns_on_one_chain()
    {
        AuditPlace place = await AuditPlace.FilledAsync(today: 1);
        AuditLog one = place.Log(), other = place.Log();

        for (int i = 0; i < 10; i++)
        {
            await (i % 3 == 0 ? one : other).WriteAsync(AuditPlace.Note(i));
        }

        (await place.VerifyAsync()).ShouldSatisfyAllConditions(found => found.Problems.ShouldBeEmpty(), found => found.Entries.ShouldBe(11), found => found.Heads.Count.ShouldBe(1));
    }

    [TestMethod]
    public async Task Killed_at_any_step_a_writer_leaves_a_chain_that_another_goes_on_with_and_what_was_acknowledged_is_in_it_once()
    {
        for (int step = 1; ; step++)
        {
            AuditPlace place = new();
            CrashPoint crash = new(step);
            AuditLog killed = place.Log(new CrashingObjectStore(place.Objects, crash));
            List<string> acknowledged = [];
            try
            {
                for (int i = 0; i < 4; i++)
                {
                    AuditNote note = AuditPlace.Note(i);
                    await killed.WriteAsync(note);
                    acknowledged.Add(note.Id);
                }
            }
            catch (CrashException)
            {
                // The process is gone.
            }

            await place.WriteAsync(place.Log(), 2);
            (await place.VerifyAsync()).Problems.ShouldBeEmpty();
            IReadOnlyList<AuditEntry> entries = await place.ReadAsync();
            entries.Select(entry => entry.Id).Distinct(StringComparer.Ordinal).Count().ShouldBe(entries.Count);
            acknowledged.Except(entries.Select(entry => entry.Id), StringComparer.Ordinal).ShouldBeEmpty();
            if (!crash.Happened)
            {
                step.ShouldBeGreaterThan(8);
                return;
            }
        }
    }

    [TestMethod]
    public async Task A_line_whose_answer_is_lost_is_written_once()
    {
        AuditPlace place = new();
        FaultyStore store = new(place.Objects) { LosesAnswers = 1 };
        AuditLog log = place.Log(store);

        await log.NoteAsync(AuditPlace.Note(1));
        log.Waiting.ShouldBe(1);
        await log.FlushAsync();
        await log.NoteAsync(AuditPlace.Note(2));

        (await place.ReadAsync()).Select(entry => entry.Subject).ShouldBe(["models/network/1", "models/network/2"]);
        (await place.VerifyAsync()).Problems.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task While_the_store_does_not_answer_acts_wait_in_order_and_what_must_be_written_is_refused()
    {
        AuditPlace place = new();
        FaultyStore store = new(place.Objects) { Fails = true };
        AuditLog log = place.Log(store);

        await log.NoteAsync(AuditPlace.Note(1));
        await log.NoteAsync(AuditPlace.Note(2));
        await Should.ThrowAsync<ObjectStoreException>(() => log.WriteAsync(AuditPlace.Note(3)));
        log.Waiting.ShouldBe(2);
        store.Fails = false;
        place.Clock.Advance(TimeSpan.FromSeconds(30));
        await log.NoteAsync(AuditPlace.Note(4));

        log.Waiting.ShouldBe(0);
        (await place.ReadAsync()).Select(entry => entry.Subject).ShouldBe(["models/network/1", "models/network/2", "models/network/4"]);
    }

    [TestMethod]
    public async Task What_finds_no_place_to_wait_is_counted_and_the_count_is_written()
    {
        AuditPlace place = new();
        FaultyStore store = new(place.Objects) { Fails = true };
        AuditLog log = place.Log(store);
        for (int i = 0; i < 1_003; i++)
        {
            await log.NoteAsync(AuditPlace.Note(i));
        }

        store.Fails = false;
        await log.FlushAsync();

        IReadOnlyList<AuditEntry> entries = await place.ReadAsync();
        entries.Count.ShouldBe(1_001);
        AuditEntry lost = entries.Single(entry => entry.Action is AuditActions.AuditDamaged);
        lost.Count.ShouldBe(3);
        (await place.VerifyAsync()).Problems.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task What_waits_is_written_when_the_process_ends()
    {
        AuditPlace place = new();
        FaultyStore store = new(place.Objects) { Fails = true };
        await using (AuditLog log = place.Log(store))
        {
            await log.NoteAsync(AuditPlace.Note(1));
            store.Fails = false;
        }

        (await place.ReadAsync()).ShouldHaveSingleItem();
    }

    [TestMethod]
    public async Task A_clock_that_goes_back_leaves_the_order_as_it_was_done()
    {
        AuditPlace place = new();
        AuditLog log = place.Log();
        await place.WriteAsync(log, 2);
        place.Clock.Advance(TimeSpan.FromDays(-3));
        await place.WriteAsync(log, 2);

        IReadOnlyList<AuditEntry> entries = await place.ReadAsync();
        entries.Select(entry => entry.Number).ShouldBe([1, 2, 3, 4]);
        entries[2].At.ShouldBeLessThan(entries[1].At);
        place.Clock.Advance(TimeSpan.FromDays(4));
        (await place.KeepAsync()).Merged.ShouldBe(4);
        (await place.VerifyAsync()).Problems.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_filter_finds_what_an_actor_did_of_a_kind_in_a_time()
    {
        AuditPlace place = new();
        AuditLog log = place.Log();
        DateTimeOffset begin = place.Clock.GetUtcNow();
        foreach ((string actor, string action) in ((string, string)[])[("Jane", "model.promote"), ("John", "model.retire"), ("Jane", "mode.halt"), ("Jane", "model.retire")])
        {
            await log.WriteAsync(new AuditNote(actor, action, "x", AuditOutcome.Done));
            place.Clock.Advance(TimeSpan.FromHours(1));
        }

        (await NumbersAsync(new AuditQuery { Actor = "jane", Action = "model" })).ShouldBe([1, 4]);
        (await NumbersAsync(new AuditQuery { Action = "model.retire" })).ShouldBe([2, 4]);
        (await NumbersAsync(new AuditQuery { From = begin.AddHours(1), Until = begin.AddHours(3) })).ShouldBe([2, 3]);
        AuditPage page = await new BrowseAudit(place.Objects).ListAsync(new AuditQuery { Page = 2, PageSize = 3 });
        (page.Entries.Select(entry => entry.Number).Single(), page.More).ShouldBe((1, false));
        (await new BrowseAudit(place.Objects).ListAsync(new AuditQuery { PageSize = 3 })).More.ShouldBeTrue();

        async Task<long[]> NumbersAsync(AuditQuery query) => [.. (await place.ReadAsync(query)).Select(entry => entry.Number)];
    }
}
