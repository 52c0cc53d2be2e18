using Pipeline.Audit;
using Pipeline.Requests;

namespace Pipeline.Tests.Audit;

/// <summary>Whatever is done to the lines of the audit, the verification finds it and names the line.</summary>
[TestClass]
public sealed class VerifyAuditTests
{
    [TestMethod]
    [DataRow(0, 9)]
    [DataRow(9, 0)]
    [DataRow(5, 4)]
    public async Task An_audit_that_nobody_touched_is_sound(int before, int today)
    {
        AuditPlace place = await AuditPlace.FilledAsync(before, today);

        AuditVerification found = await place.VerifyAsync();

        found.Problems.ShouldBeEmpty();
        found.Entries.ShouldBe(9);
        found.Heads.ShouldHaveSingleItem().ShouldContain("/9:");
        (await place.ReadAsync()).Select(entry => entry.Number).ShouldBe(Enumerable.Range(1, 9).Select(i => (long)i));
    }

    [TestMethod]
    public async Task A_changed_line_is_named_in_an_object_of_its_own_and_in_a_merged_one()
    {
        AuditPlace single = await AuditPlace.FilledAsync(today: 5), merged = await AuditPlace.FilledAsync(before: 5);
        single.Change(single.Names[2], line => line.Replace("Jane", "John", StringComparison.Ordinal));
        merged.Change(merged.Names[0], lines => lines.Replace("models/network/2", "models/network/7", StringComparison.Ordinal));

        await NamedAsync(single, "Entry 3 of", "was changed");
        await NamedAsync(merged, "Entry 3 of", "was changed");
    }

    [TestMethod]
    public async Task A_line_that_was_changed_together_with_its_hash_is_named_by_the_next()
    {
        AuditPlace place = await AuditPlace.FilledAsync(today: 5);
        place.Forge(place.Names[2], entry => entry with { Actor = "John" });

        await NamedAsync(place, "Entry 4 of", "does not follow from entry 3");
    }

    [TestMethod]
    public async Task What_is_no_line_is_named()
    {
        AuditPlace place = await AuditPlace.FilledAsync(today: 3);
        place.Change(place.Names[1], line => line[..(line.Length / 2)]);

        await NamedAsync(place, "Entry 2 of", "is no line of the audit");
    }

    [TestMethod]
    public async Task A_removed_line_is_named_in_the_middle_and_at_the_beginning_and_in_a_merged_object()
    {
        AuditPlace middle = await AuditPlace.FilledAsync(today: 5), first = await AuditPlace.FilledAsync(today: 5), merged = await AuditPlace.FilledAsync(before: 5, today: 2);
        middle.Objects.Objects.Remove(middle.Names[2]);
        first.Objects.Objects.Remove(first.Names[0]);
        first.Objects.Objects.Remove(first.Names[0]);
        merged.Change(merged.Names[0], lines => string.Concat(lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where((_, i) => i != 2).Select(line => line + "\n")));

        await NamedAsync(middle, "Entry 3 of", "was removed");
        await NamedAsync(first, "The entries from 1 to 2 of", "were removed");
        await NamedAsync(merged, "Entry 3 of", "was removed");
        (await merged.VerifyAsync()).Problems.Count.ShouldBe(1);
    }

    [TestMethod]
    public async Task Lines_that_were_put_in_or_into_another_order_are_named()
    {
        AuditPlace inserted = await AuditPlace.FilledAsync(before: 5), reordered = await AuditPlace.FilledAsync(before: 5), swapped = await AuditPlace.FilledAsync(today: 5), twice = await AuditPlace.FilledAsync(before: 5);
        inserted.Change(inserted.Names[0], lines => lines + lines.Split('\n')[1] + "\n");
        reordered.Change(reordered.Names[0], lines => string.Concat(lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Reverse().Select(line => line + "\n")));
        (swapped.Objects.Objects[swapped.Names[1]], swapped.Objects.Objects[swapped.Names[2]]) = (swapped.Objects.Objects[swapped.Names[2]], swapped.Objects.Objects[swapped.Names[1]]);
        string chain = twice.Names[0].Split('/')[1];
        AuditEntry forged = (await twice.ReadAsync())[2] with { Actor = "John" };
        twice.Objects.Objects[AuditFiles.NameOf(chain, 3)] = AuditLine.Write(forged).Bytes;

        await NamedAsync(inserted, "6 lines where 5 belong", "put in");
        await NamedAsync(reordered, "Entry 4 of", "stands behind entry 5");
        await NamedAsync(swapped, "In the place of entry 2 of", "stands entry 3");
        await NamedAsync(twice, "Entry 3 of", "stands twice");
    }

    [TestMethod]
    public async Task A_line_that_is_none_is_one_problem_wherever_it_stands()
    {
        AuditPlace inserted = await AuditPlace.FilledAsync(before: 5, today: 2), replaced = await AuditPlace.FilledAsync(before: 5, today: 2), filled = await AuditPlace.FilledAsync(today: 3);
        inserted.Change(inserted.Names[0], lines => lines.Insert(lines.IndexOf('\n', StringComparison.Ordinal) + 1, "garbage\n"));
        replaced.Change(replaced.Names[0], lines => string.Join('\n', lines.Split('\n').Select((line, i) => i == 1 ? "garbage" : line)));
        filled.Change(filled.Names[1], _ => string.Concat(Enumerable.Repeat("garbage\n", 50)));

        (await inserted.VerifyAsync()).Problems.ShouldHaveSingleItem().ShouldContain("6 lines where 5 belong");
        (await replaced.VerifyAsync()).Problems.ShouldHaveSingleItem().ShouldContain("Entry 2 of");
        (await filled.VerifyAsync()).Problems.Count.ShouldBe(2, "no line of the audit, and too many of them");
    }

    [TestMethod]
    [DataRow(long.MaxValue, long.MaxValue)]
    [DataRow(1_000_009L, 1_000_009L)]
    [DataRow(2L, long.MaxValue)]
    public async Task An_object_that_claims_to_stand_far_behind_hides_nothing_that_is_written_after_it_and_is_named(long first, long last)
    {
        AuditPlace place = await AuditPlace.FilledAsync(today: 3);
        string chain = place.Names[0].Split('/')[1];
        string stray = first == last ? AuditFiles.NameOf(chain, first) : AuditFiles.NameOf(chain, first, last);
        place.Objects.Objects[stray] = AuditLine.Write((await place.ReadAsync())[0] with { Number = first }).Bytes;

        await place.WriteAsync(place.Log(), 2);
        await place.KeepAsync();

        (await place.ReadAsync()).Where(entry => entry.Action is not AuditActions.AuditDamaged).Select(entry => entry.Number).ShouldBe([1, 2, 3, 4, 5]);
        (await place.VerifyAsync()).Problems.ShouldHaveSingleItem().ShouldContain(stray);
        (await place.Settings.ReadAlertsAsync(10)).ShouldHaveSingleItem().Rule.ShouldBe("audit-damaged");
    }

    [TestMethod]
    public async Task Lines_that_are_missing_at_the_end_show_by_the_anchor_of_the_warehouse_or_by_a_head_that_was_noted()
    {
        AuditPlace anchored = await AuditPlace.FilledAsync(before: 5), cut = await AuditPlace.FilledAsync(before: 5, today: 3), gone = await AuditPlace.FilledAsync(before: 5), noted = await AuditPlace.FilledAsync(today: 5);
        anchored.Change(anchored.Names[0], lines => string.Concat(lines.Split('\n').Take(3).Select(line => line + "\n")));
        cut.Objects.Objects.Remove(cut.Names[^1]);
        gone.Objects.Objects.Clear();
        string head = (await noted.VerifyAsync()).Heads[0];
        noted.Objects.Objects.Remove(noted.Names[^1]);

        await NamedAsync(anchored, "ends after 3 of 5 lines", "the entries from 4 to 5 were removed");
        await NamedAsync(anchored, "ends at entry 3, and was known to reach entry 5", "");
        await NamedAsync(gone, "is gone", "reach entry 5");
        (await noted.VerifyAsync()).Sound.ShouldBeTrue("nothing tells of a last line that nobody noted");
        await NamedAsync(noted, "ends at entry 4, and was known to reach entry 5", "", head);

        // What came after the last anchor is told by none.
        (await cut.VerifyAsync()).Sound.ShouldBeTrue();
    }

    [TestMethod]
    public async Task An_audit_that_was_written_anew_from_a_line_on_differs_from_its_anchor()
    {
        AuditPlace place = await AuditPlace.FilledAsync(today: 4);
        string head = (await place.VerifyAsync()).Heads[0];
        string chain = place.Names[0].Split('/')[1], previous = AuditLine.HashOf(chain);
        foreach (AuditEntry entry in await place.ReadAsync())
        {
            StoredLine line = AuditLine.Write(entry with { Actor = "John", Previous = previous });
            place.Objects.Objects[AuditFiles.NameOf(chain, entry.Number)] = line.Bytes;
            previous = line.Hash;
        }

        (await place.VerifyAsync()).Sound.ShouldBeTrue();
        await NamedAsync(place, "Entry 4 of", "is not the one that was noted as its head", head);
    }

    [TestMethod]
    public async Task A_head_that_is_none_is_refused()
    {
        AuditPlace place = await AuditPlace.FilledAsync(today: 1);

        (await Should.ThrowAsync<RequestException>(() => place.VerifyAsync("nothing"))).Message.ShouldContain("CHAIN/NUMBER:HASH");
    }

    private static async Task NamedAsync(AuditPlace place, string line, string what, string? head = null)
    {
        AuditVerification found = await place.VerifyAsync(head);
        found.Sound.ShouldBeFalse();
        found.Problems.ShouldContain(problem => problem.Contains(line, StringComparison.Ordinal) && problem.Contains(what, StringComparison.Ordinal), string.Join('\n', found.Problems));
    }
}
