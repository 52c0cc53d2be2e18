using Pipeline.Access;
using Pipeline.Incidents;
using Pipeline.Preprocessing;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Problems;

[TestClass]
public sealed class ProfileProblemTests
{
    private static SmallCompany _company = null!;

    private static ProfileProblem Profile => new(_company.Warehouse, _company.Models, _company.Known);

    private static TextView Masked => new TextPermission(new AccessOptions(), MaskingRules.Default, new Masker(MaskingRules.Default), _company.Summaries).Masked;

    // Printers jam in Porto; everything else happens in Lyon and Pune. Every second printer is cleaned, in words that differ in a name and a number.
    [ClassInitialize]
    public static async Task Train(TestContext _)
    {
        _company = await SmallCompany.OpenAsync();
        await _company.ImportAsync(SmallCompany.TechCenter, 125);
        Incident[] all = [.. (await _company.Warehouse.ReadChangesAsync(0, 1_000)).Select(c => c.Incident)];
        await _company.Warehouse.UpsertIncidentsAsync([.. all.Select((incident, i) => incident.Texts[0].StartsWith("Printer", StringComparison.Ordinal)
            ? incident with { Location = "Porto", Priority = "3", CloseNotes = i % 2 == 0 ? $"Cleaned the rollers of printer {i}. Told user{i}@example.org." : null, ResolvedOn = incident.CreatedOn!.Value.AddHours(i) }
            : incident with { Location = i % 2 == 0 ? "Lyon" : "Pune", Priority = "3", CloseNotes = $"Ticket number {i} closed" })]);
        await _company.Preprocess.RunAsync();
        await _company.TrainAsync();
        await _company.PredictAsync();
    }

    [ClassCleanup]
    public static async Task Close() => await _company.DisposeAsync();

    [TestMethod]
    public async Task What_a_problem_has_more_often_than_its_tech_center_stands_out()
    {
        ProblemProfile profile = await Profile.RunAsync(SmallCompany.TechCenter, await PrintersAsync(), Masked);

        (profile.CenterIncidents, profile.Incidents).ShouldBe((125, 25));
        OutstandingValue place = profile.StandsOut.ShouldHaveSingleItem();
        (place.Column, place.Value, place.Share, place.Lift).ShouldBe((ValueColumn.Location, "Porto", 1, 5));
        profile.Known.Select(k => (k.Column, k.Incidents)).ShouldBe([(ValueColumn.Priority, 25), (ValueColumn.Location, 25)]);
        profile.Centers.ShouldHaveSingleItem().Incidents.ShouldBe(25);
    }

    [TestMethod]
    public async Task Notes_that_say_the_same_are_one_and_are_masked()
    {
        ResolutionSummary resolved = (await Profile.RunAsync(SmallCompany.TechCenter, await PrintersAsync(), Masked)).Resolved;

        Resolution note = resolved.Frequent.ShouldHaveSingleItem();
        (note.Incidents, note.Share).ShouldBe((resolved.Read, 1));
        resolved.Read.ShouldBeInRange(10, 15);
        note.Note.ShouldContain("<email>");
        note.Note.ShouldNotContain("example.org");
        note.Examples.Count.ShouldBe(3);
        note.LastUsed.ShouldNotBeNull();
    }

    [TestMethod]
    public async Task A_note_that_shares_most_of_its_words_with_a_more_frequent_one_joins_it()
    {
        StoredIncident[] incidents =
        [
            .. Notes("Restarted the print service on the server", 5),
            .. Notes("Restarted the print service on the server again", 2),
            .. Notes("Access granted by the owner", 3),
            .. Notes("Something of its own", 1),
        ];

        ResolutionSummary resolved = FrequentNotes.Of(incidents, Masked);

        resolved.Read.ShouldBe(11);
        resolved.Frequent.Select(f => (f.Note, f.Incidents)).ShouldBe([("Restarted the print service on the server", 7), ("Access granted by the owner", 3)]);
        await Task.CompletedTask;
    }

    [TestMethod]
    public async Task A_problem_that_is_not_served_is_not_found()
    {
        (await SmallCompany.RefusedAsync(() => Profile.RunAsync(SmallCompany.TechCenter, "999", Masked))).Problem.ShouldBe(RequestProblem.NotFound);
        (await SmallCompany.RefusedAsync(() => Profile.RunAsync("Nowhere", "1", Masked))).Problem.ShouldBe(RequestProblem.NotFound);
    }

    private static IEnumerable<StoredIncident> Notes(string note, int count) => Enumerable.Range(0, count).Select(i => new StoredIncident(i, new Incident { Number = $"{note}{i}", Texts = [], TechCenter = "A", CloseNotes = note }));

    private static async Task<string> PrintersAsync()
    {
        ProblemPage page = await new BrowseProblems(_company.Warehouse, _company.Models, _company.Known, _company.Weeks, TimeProvider.System).ListAsync(new ClusterQuery());
        return $"{page.Problems.Single(p => p.Label.Contains("rint", StringComparison.Ordinal) || p.Label.Contains("jam", StringComparison.OrdinalIgnoreCase)).Id}";
    }
}
