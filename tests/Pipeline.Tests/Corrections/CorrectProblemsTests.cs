using Pipeline.Classification;
using Pipeline.Corrections;
using Pipeline.Models;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Storage;
using Pipeline.Tests.Support;
using Pipeline.Training;

namespace Pipeline.Tests.Corrections;

/// <summary>What becomes of predictions and answers when somebody corrects a problem.</summary>
[TestClass]
public sealed class CorrectProblemsTests
{
    private SmallCompany _company = null!;
    private IReadOnlyList<ModelProblem> _problems = null!;

    [TestInitialize]
    public async Task Train()
    {
        _company = await SmallCompany.TrainedAsync();
        _problems = (await _company.Models.ReadClustersAsync((await _company.Models.FindServingAsync(SmallCompany.TechCenter))!)).Problems;
    }

    [TestCleanup]
    public async Task Close() => await _company.DisposeAsync();

    [TestMethod]
    public async Task A_merge_and_a_rename_are_in_predictions_lists_details_and_answers_and_are_gone_when_they_are_taken_back()
    {
        (ModelProblem one, ModelProblem other) = (_problems[0], _problems[1]);
        Dictionary<string, IncidentPrediction> before = await PredictionsAsync();
        string text = (await TextsAsync())[before.Values.First(p => p.ProblemId == one.Id).IncidentId];

        CorrectionMade merge = await DecideAsync(new CorrectionRequest(Kind: "merge", Problem: one.Id, Into: other.Id));
        CorrectionMade rename = await DecideAsync(new CorrectionRequest(Kind: "rename", Problem: other.Id, Text: "Both together"));

        (merge.Changed, merge.Pending).ShouldBe((before.Values.Count(p => p.ProblemId == one.Id), null));
        Dictionary<string, IncidentPrediction> after = await PredictionsAsync();
        after.Values.ShouldAllBe(p => p.ProblemId != one.Id);
        after.Values.Where(p => p.ProblemId == other.Id).Select(p => p.ProblemLabel).Distinct(StringComparer.Ordinal).ShouldBe(["Both together"]);
        ProblemPage page = await BrowseAsync();
        page.Problems.Count.ShouldBe(_problems.Count - 1);
        ProblemSummary both = page.Problems.Single(p => p.Id == other.Id);
        (both.Label, both.Size, both.Marks!.TrainedLabel).ShouldBe(("Both together", before.Values.Count(p => p.ProblemId == one.Id || p.ProblemId == other.Id), other.Label));
        (await SmallCompany.RefusedAsync(() => FindAsync(one.Id))).Message.ShouldContain($"was merged into the problem {other.Id}");
        ClassifiedText answer = await ClassifyAsync(text);
        (answer.ProblemId, answer.ProblemLabel).ShouldBe((other.Id, "Both together"));

        await _company.Correct.UndoAsync(rename.Correction.Id, "ann");
        await _company.Correct.UndoAsync(merge.Correction.Id, "ann");

        (await PredictionsAsync()).Values.Select(p => (p.IncidentId, p.ProblemId, p.ProblemLabel, p.Confidence)).ShouldBe(before.Values.Select(p => (p.IncidentId, p.ProblemId, p.ProblemLabel, p.Confidence)));
        (await ClassifyAsync(text)).ProblemId.ShouldBe(one.Id);
    }

    [TestMethod]
    public async Task A_split_gives_the_tickets_of_its_variants_to_the_new_problem()
    {
        ModelClusters joined = await _company.JoinAsync();
        await _company.PredictAsync();
        int leaving = joined.Problems.Single(p => p.Id == SmallCompany.JoinedId).Variants[1];
        int tickets = (await PredictionsAsync()).Values.Count(p => p.ClusterId == leaving);

        CorrectionMade split = await DecideAsync(new CorrectionRequest(Kind: "split", Problem: SmallCompany.JoinedId, Variants: [leaving], Text: "On its own"));

        split.Correction.NewProblem.ShouldBe(CenterCorrections.FirstSplitId);
        ProblemDetails own = await FindAsync(CenterCorrections.FirstSplitId);
        (own.Summary.Label, own.Summary.Size, own.Current).ShouldBe(("On its own", tickets, true));
        own.Variants.Single().Id.ShouldBe(leaving);
        (await PredictionsAsync()).Values.Count(p => p.ProblemId == CenterCorrections.FirstSplitId).ShouldBe(tickets);
    }

    [TestMethod]
    public async Task A_moved_ticket_keeps_its_answer_and_the_same_and_almost_the_same_texts_follow_it()
    {
        (ModelProblem from, ModelProblem to) = (_problems[0], _problems[1]);
        Dictionary<string, IncidentPrediction> before = await PredictionsAsync();
        IncidentPrediction ticket = before.Values.First(p => p.ProblemId == from.Id);
        string text = (await TextsAsync())[ticket.IncidentId];

        await DecideAsync(new CorrectionRequest(Kind: "move", Problem: to.Id, Tickets: [ticket.IncidentId]));

        Dictionary<string, IncidentPrediction> after = await PredictionsAsync();
        (after[ticket.IncidentId].ProblemId, after[ticket.IncidentId].Confidence).ShouldBe((to.Id, 1));
        to.Variants.ShouldContain(after[ticket.IncidentId].ClusterId);
        after.Values.Where(p => p.ContentHash == ticket.ContentHash).ShouldAllBe(p => p.ProblemId == to.Id);
        (await ClassifyAsync(text)).ProblemId.ShouldBe(to.Id);
        (await ClassifyAsync($"{text} {text}")).ProblemId.ShouldBe(to.Id, "its vector is the same but for its length");
        after.Values.Count(p => p.ProblemId == from.Id).ShouldBeGreaterThan(0, "what is only alike stays where it was");
        (await ClassifyAsync(await AnotherTextAsync(from.Id, after), ticket.IncidentId)).ProblemId.ShouldBe(to.Id, "the ticket itself, though its text is another by now");
    }

    [TestMethod]
    public async Task Taking_a_moved_ticket_back_asks_the_model_again()
    {
        IncidentPrediction ticket = (await PredictionsAsync()).Values.First(p => p.ProblemId == _problems[0].Id);
        Dictionary<string, IncidentPrediction> before = await PredictionsAsync();
        CorrectionMade move = await DecideAsync(new CorrectionRequest(Kind: "move", Problem: _problems[1].Id, Tickets: [ticket.IncidentId]));

        await _company.Correct.UndoAsync(move.Correction.Id, "ann");

        (await PredictionsAsync()).Values.Select(p => (p.IncidentId, p.ProblemId, p.ClusterId, p.Confidence)).ShouldBe(before.Values.Select(p => (p.IncidentId, p.ProblemId, p.ClusterId, p.Confidence)));
    }

    [TestMethod]
    public async Task A_ticket_that_is_not_of_a_problem_is_of_none_unless_the_model_finds_another()
    {
        IncidentPrediction ticket = (await PredictionsAsync()).Values.First(p => p.ProblemId == _problems[0].Id);

        await DecideAsync(new CorrectionRequest(Kind: "notThis", Problem: _problems[0].Id, Tickets: [ticket.IncidentId]));
        (await PredictionsAsync())[ticket.IncidentId].ProblemId.ShouldBe(-1);

        CorrectionMade other = await DecideAsync(new CorrectionRequest(Kind: "notThis", Problem: _problems[1].Id, Tickets: [ticket.IncidentId]));
        await _company.Correct.UndoAsync((await LogAsync())[0].Id, "ann");
        (await PredictionsAsync())[ticket.IncidentId].ProblemId.ShouldBe(_problems[0].Id, "it is only said not to be of another");
        other.Changed.ShouldBe(0);
    }

    [TestMethod]
    public async Task What_comes_in_after_a_correction_is_predicted_by_it()
    {
        await DecideAsync(new CorrectionRequest(Kind: "merge", Problem: _problems[0].Id, Into: _problems[1].Id));

        await _company.ReportAsync(SmallCompany.TechCenter, 50, new DateTimeOffset(2026, 6, 20, 9, 0, 0, TimeSpan.Zero));
        await _company.PredictAsync();

        Dictionary<string, IncidentPrediction> all = await PredictionsAsync();
        all.Count.ShouldBe(175);
        all.Values.ShouldAllBe(p => p.ProblemId != _problems[0].Id);
    }

    [TestMethod]
    public async Task Who_is_killed_between_keeping_a_correction_and_applying_it_has_the_next_prediction_apply_it()
    {
        CorrectProblems killed = new(_company.CorrectionLog, _company.Models, _company.Known, _company.Warehouse, new ProblemExamples(_company.Warehouse), _company.Clock, (_, _) => throw new WarehouseException("The process ends here."));
        CorrectionMade made = await killed.AddAsync(new CorrectionRequest(Kind: "merge", Problem: _problems[0].Id, Into: _problems[1].Id), "ann");
        made.Pending.ShouldNotBeNull().ShouldContain("The next prediction applies it");
        (await PredictionsAsync()).Values.ShouldContain(p => p.ProblemId == _problems[0].Id);

        await _company.PredictAsync();

        (await PredictionsAsync()).Values.ShouldAllBe(p => p.ProblemId != _problems[0].Id);
    }

    [TestMethod]
    public async Task Of_two_who_correct_at_once_both_are_kept_and_who_looked_at_an_older_state_is_told_what_changed()
    {
        string seen = (await _company.Corrections.ListAsync(SmallCompany.TechCenter, null, null, null, null)).Newest.ShouldNotBeNull();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => _company.Correct.AddAsync(new CorrectionRequest(Kind: "note", Problem: _problems[0].Id, Text: $"note {i}"), $"person {i}")));

        (await LogAsync()).Count.ShouldBe(8);
        (await FindAsync(_problems[0].Id)).Summary.Marks!.Notes.Select(n => n.By).Distinct(StringComparer.Ordinal).Count().ShouldBe(8);
        RequestException refused = await SmallCompany.RefusedAsync(() => _company.Correct.AddAsync(new CorrectionRequest(Kind: "rename", Problem: _problems[0].Id, Text: "Late", Seen: seen), "ann"));
        refused.Problem.ShouldBe(RequestProblem.Conflict);
        refused.Message.ShouldContain("corrected the same problem");
        refused.Message.ShouldContain("note 'note ");
        await _company.Correct.AddAsync(new CorrectionRequest(Kind: "rename", Problem: _problems[1].Id, Text: "Another problem", Seen: seen), "ann");
    }

    [TestMethod]
    public async Task What_cannot_be_is_refused_with_the_field_and_the_fix()
    {
        ModelProblem one = _problems[0];
        await RefusedAsync(new CorrectionRequest(Kind: "burn", Problem: one.Id), "kind", "rename, describe, owner, note, record, status, merge, split, move, notThis");
        await RefusedAsync(new CorrectionRequest(Kind: "rename", Problem: one.Id), "text", "text is missing");
        await RefusedAsync(new CorrectionRequest(Kind: "rename", Problem: one.Id, Text: " "), "text", "blank");
        await RefusedAsync(new CorrectionRequest(Kind: "rename", Problem: one.Id, Text: "x", Into: 1), "into", "does not belong");
        await RefusedAsync(new CorrectionRequest(Kind: "rename", Problem: 999, Text: "x"), "problem", "no problem 999");
        await RefusedAsync(new CorrectionRequest(Kind: "merge", Problem: one.Id, Into: one.Id), "into", "itself");
        await RefusedAsync(new CorrectionRequest(Kind: "status", Problem: one.Id, Status: "done"), "status", "open, knownError or ignored");
        await RefusedAsync(new CorrectionRequest(Kind: "split", Problem: one.Id, Variants: one.Variants), "variants", "leave at least one");
        await RefusedAsync(new CorrectionRequest(Kind: "move", Problem: one.Id, Tickets: ["nothing"]), "tickets", "There is no ticket 'nothing'");
        (await LogAsync()).ShouldBeEmpty();

        CorrectionMade merge = await DecideAsync(new CorrectionRequest(Kind: "merge", Problem: one.Id, Into: _problems[1].Id));
        RequestException merged = await SmallCompany.RefusedAsync(() => DecideAsync(new CorrectionRequest(Kind: "note", Problem: one.Id, Text: "x")));
        (merged.Problem, merged.Errors.Keys.Single()).ShouldBe((RequestProblem.Conflict, "problem"));
        await _company.Correct.UndoAsync(merge.Correction.Id, "ann");
        (await SmallCompany.RefusedAsync(() => _company.Correct.UndoAsync(merge.Correction.Id, "ann"))).Message.ShouldContain("taken back already, by ann");
        (await SmallCompany.RefusedAsync(() => _company.Correct.UndoAsync("nothing", "ann"))).Problem.ShouldBe(RequestProblem.NotFound);
    }

    [TestMethod]
    public async Task What_is_ignored_is_not_ranked_and_a_known_error_says_so()
    {
        await DecideAsync(new CorrectionRequest(Kind: "status", Problem: _problems[0].Id, Status: "ignored"));
        await DecideAsync(new CorrectionRequest(Kind: "status", Problem: _problems[1].Id, Status: "knownError"));

        using RankProblems rank = new(_company.Warehouse, _company.Models, _company.Known, _company.Clock);
        ProblemRanking ranking = await rank.RunAsync();

        ranking.Biggest.ShouldAllBe(p => p.Places[0].Id != _problems[0].Id);
        ranking.Biggest.Single(p => p.Places[0].Id == _problems[1].Id).Status.ShouldBe(ProblemStatus.KnownError);
        (await BrowseAsync()).Problems.Single(p => p.Id == _problems[0].Id).Marks!.Status.ShouldBe(ProblemStatus.Ignored);
    }

    [TestMethod]
    public async Task A_retraining_goes_by_the_moved_ticket_itself_and_keeps_the_merge_and_the_name()
    {
        (ModelProblem from, ModelProblem to, ModelProblem third) = (_problems[0], _problems[1], _problems[2]);
        IncidentPrediction ticket = (await PredictionsAsync()).Values.First(p => p.ProblemId == from.Id);
        await DecideAsync(new CorrectionRequest(Kind: "move", Problem: to.Id, Tickets: [ticket.IncidentId]));
        await DecideAsync(new CorrectionRequest(Kind: "merge", Problem: third.Id, Into: to.Id));
        await DecideAsync(new CorrectionRequest(Kind: "rename", Problem: to.Id, Text: "Kept name"));

        await _company.ReportAsync(SmallCompany.TechCenter, 20, new DateTimeOffset(2026, 6, 10, 9, 0, 0, TimeSpan.Zero));
        await _company.TrainAsync(new TrainingRequest(Token: "again"));
        await _company.PredictAsync();

        ModelManifest serving = (await _company.Models.FindServingAsync(SmallCompany.TechCenter))!;
        serving.Version.ShouldEndWith("_r2");
        FittedModel trained = FittedModel.Load(serving, await _company.Models.ReadAsync(serving));
        new[] { to.Id, third.Id }.ShouldContain(trained.ProblemIdOf(trained.Recall(ticket.ContentHash).ClusterId), "the version itself learnt where the ticket belongs: in one of the two that are one now");
        Dictionary<string, IncidentPrediction> after = await PredictionsAsync();
        (after[ticket.IncidentId].ProblemId, after[ticket.IncidentId].ProblemLabel).ShouldBe((to.Id, "Kept name"));
        after.Values.ShouldAllBe(p => p.ProblemId != third.Id);
        (await _company.Corrections.ListAsync(SmallCompany.TechCenter, null, "true", null, null)).Total.ShouldBe(0);
    }

    [TestMethod]
    public async Task A_merge_holds_for_the_tickets_of_a_problem_that_a_later_version_does_not_have()
    {
        (ModelProblem one, ModelProblem other) = (_problems[0], _problems[1]);
        string[] tickets = [.. (await PredictionsAsync()).Values.Where(p => p.ProblemId == one.Id).Select(p => p.IncidentId)];
        CorrectionMade merge = await DecideAsync(new CorrectionRequest(Kind: "merge", Problem: one.Id, Into: other.Id));
        merge.Correction.Text.ShouldBe(other.Label);
        merge.Correction.Tickets.ShouldNotBeNull().DistinctBy(t => t.ContentHash, StringComparer.Ordinal).Count().ShouldBe(merge.Correction.Tickets.Count);
        merge.Correction.Tickets.ShouldAllBe(t => tickets.Contains(t.Number, StringComparer.Ordinal));
        merge.Changed.ShouldBe(tickets.Length);

        await _company.LoseAsync(one.Id);
        await _company.PredictAsync();

        (await _company.Corrections.ListAsync(SmallCompany.TechCenter, null, "true", null, null)).Total.ShouldBe(0);
        Dictionary<string, IncidentPrediction> after = await PredictionsAsync();
        tickets.ShouldAllBe(number => after[number].ProblemId == other.Id);
        string text = (await TextsAsync())[tickets[0]];
        (await ClassifyAsync(text)).ProblemId.ShouldBe(other.Id);

        await _company.Correct.UndoAsync(merge.Correction.Id, "ann");
        after = await PredictionsAsync();
        tickets.ShouldAllBe(number => after[number].ProblemId == SmallCompany.JoinedId);
        (await ClassifyAsync(text)).ProblemId.ShouldBe(SmallCompany.JoinedId);
    }

    [TestMethod]
    public async Task A_problem_that_a_later_version_does_not_have_goes_on_with_what_was_merged_into_it()
    {
        (ModelProblem one, ModelProblem other) = (_problems[0], _problems[1]);
        await DecideAsync(new CorrectionRequest(Kind: "merge", Problem: one.Id, Into: other.Id));
        string[] tickets = [.. (await PredictionsAsync()).Values.Where(p => p.ProblemId == other.Id && one.Variants.Contains(p.ClusterId)).Select(p => p.IncidentId)];

        await _company.LoseAsync(other.Id);
        await _company.PredictAsync();

        (await _company.Corrections.ListAsync(SmallCompany.TechCenter, null, "true", null, null)).Total.ShouldBe(0);
        Dictionary<string, IncidentPrediction> after = await PredictionsAsync();
        tickets.ShouldNotBeEmpty();
        tickets.ShouldAllBe(number => after[number].ProblemId == other.Id && after[number].ProblemLabel == other.Label);
        (await FindAsync(other.Id)).Summary.Label.ShouldBe(other.Label);
        after.Values.ShouldAllBe(p => p.ProblemId != one.Id);
    }

    [TestMethod]
    public async Task What_is_brought_to_another_installation_holds_there_where_it_fits_and_is_a_conflict_where_not()
    {
        await DecideAsync(new CorrectionRequest(Kind: "rename", Problem: _problems[0].Id, Text: "Carried"));
        CorrectionMade merge = await DecideAsync(new CorrectionRequest(Kind: "merge", Problem: _problems[1].Id, Into: _problems[2].Id));
        await _company.Correct.UndoAsync(merge.Correction.Id, "ann");
        IReadOnlyList<ExportedCorrection> exported = await new TransferCorrections(_company.CorrectionLog, _company.Correct).ExportAsync();
        string lines = string.Join('\n', exported.Select(e => System.Text.Json.JsonSerializer.Serialize(e, PipelineJson.Compact)));
        string strange = System.Text.Json.JsonSerializer.Serialize(exported[0] with { Correction = exported[0].Correction with { Id = new string('a', 32), Problem = 777 } }, PipelineJson.Compact);
        await using SmallCompany other = await SmallCompany.TrainedAsync();
        TransferCorrections transfer = new(other.CorrectionLog, other.Correct);

        ImportedCorrections imported = await transfer.ImportAsync(new StringReader($"{lines}\n{strange}\nnothing\n"), "bob");

        (imported.Added, imported.Known, imported.Refused).ShouldBe((4, 0, 1));
        imported.Lines.Single().Line.ShouldBe(5);
        CorrectionPage page = await other.Corrections.ListAsync(SmallCompany.TechCenter, null, null, null, null);
        page.Corrections.ShouldAllBe(c => c.Correction.ImportedBy == "bob");
        page.Corrections.Single(c => c.Conflict is not null).Correction.Problem.ShouldBe(777);
        ImportedCorrections again = await transfer.ImportAsync(new StringReader(lines), "bob");
        (again.Added, again.Known, again.Refused).ShouldBe((0, 3, 0));
        await foreach (PredictedIncident row in other.Warehouse.ReadPredictedAsync())
        {
            row.Prediction.ProblemLabel.ShouldBe(row.Prediction.ProblemId == _problems[0].Id ? "Carried" : row.Prediction.ProblemLabel);
        }
    }

    [TestMethod]
    public async Task Two_splits_of_two_installations_keep_apart()
    {
        ModelClusters joined = await _company.JoinAsync();
        int variant = joined.Problems.Single(p => p.Id == SmallCompany.JoinedId).Variants[1];
        await DecideAsync(new CorrectionRequest(Kind: "split", Problem: SmallCompany.JoinedId, Variants: [variant]));
        Correction own = (await LogAsync()).Single();
        Correction brought = own with { Id = new string('b', 32), Variants = [joined.Problems.Single(p => p.Id == SmallCompany.JoinedId).Variants[0]] };
        Correction named = new() { Id = new string('c', 32), At = own.At, By = "bob", Kind = CorrectionKind.Rename, Problem = own.NewProblem, Text = "The other" };
        string lines = string.Join('\n', new[] { brought, named }.Select(e => System.Text.Json.JsonSerializer.Serialize(new ExportedCorrection(SmallCompany.TechCenter, e), PipelineJson.Compact)));

        await new TransferCorrections(_company.CorrectionLog, _company.Correct).ImportAsync(new StringReader(lines), "bob");

        IReadOnlyList<Correction> log = await LogAsync();
        log.Select(e => e.NewProblem).OfType<int>().ShouldBe([CenterCorrections.FirstSplitId, CenterCorrections.FirstSplitId + 1]);
        log[^1].Problem.ShouldBe(CenterCorrections.FirstSplitId + 1);
    }

    [TestMethod]
    public async Task An_erased_ticket_is_in_no_correction_any_more()
    {
        string[] tickets = [.. (await PredictionsAsync()).Values.Where(p => p.ProblemId == _problems[0].Id).Take(2).Select(p => p.IncidentId)];
        await DecideAsync(new CorrectionRequest(Kind: "move", Problem: _problems[1].Id, Tickets: tickets));

        (await _company.CorrectionLog.EraseAsync(tickets[0])).ShouldBe(1);
        (await _company.CorrectionLog.EraseAsync(tickets[0])).ShouldBe(0);

        Correction move = (await LogAsync()).Single();
        move.Tickets!.Single().Number.ShouldBe(tickets[1]);
        (await _company.Corrections.ListAsync(SmallCompany.TechCenter, null, "true", null, null)).Corrections.Single().Conflict!.What.ShouldBe("1 of its tickets was erased.");
    }

    private Task<CorrectionMade> DecideAsync(CorrectionRequest request) => _company.Correct.AddAsync(request, "ann");

    private async Task RefusedAsync(CorrectionRequest request, string field, string fix)
    {
        RequestException refused = await SmallCompany.RefusedAsync(() => DecideAsync(request));
        refused.Errors.ContainsKey(field).ShouldBeTrue(refused.Message);
        refused.Message.ShouldContain(fix);
    }

    private async Task<IReadOnlyList<Correction>> LogAsync() => (await _company.CorrectionLog.ReadAsync(SmallCompany.TechCenter)).Entries;

    private async Task<Dictionary<string, IncidentPrediction>> PredictionsAsync()
    {
        Dictionary<string, IncidentPrediction> all = new(StringComparer.Ordinal);
        await foreach (PredictedIncident row in _company.Warehouse.ReadPredictedAsync(SmallCompany.TechCenter))
        {
            all.Add(row.Prediction.IncidentId, row.Prediction);
        }

        return all;
    }

    private async Task<Dictionary<string, string>> TextsAsync()
    {
        Dictionary<string, string> all = new(StringComparer.Ordinal);
        await foreach (PredictedIncident row in _company.Warehouse.ReadPredictedAsync(SmallCompany.TechCenter))
        {
            all.Add(row.Prediction.IncidentId, row.Summary);
        }

        return all;
    }

    private async Task<string> AnotherTextAsync(int problem, Dictionary<string, IncidentPrediction> predictions) => (await TextsAsync())[predictions.Values.First(p => p.ProblemId == problem).IncidentId];

    private Task<ProblemPage> BrowseAsync() => Browse.ListAsync(new ClusterQuery());

    private Task<ProblemDetails> FindAsync(int id) => Browse.FindAsync(SmallCompany.TechCenter, $"{id}");

    private BrowseProblems Browse => new(_company.Warehouse, _company.Models, _company.Known, _company.Weeks, _company.Clock);

    private async Task<ClassifiedText> ClassifyAsync(string text, string? number = null) => (await _company.Classify().RunAsync(new ClassifyRequest(SmallCompany.TechCenter, text, Number: number))).Texts.Single();
}
