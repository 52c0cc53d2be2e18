using Pipeline.Corrections;
using Pipeline.Models;

namespace Pipeline.Tests.Corrections;

/// <summary>What people decided, replayed over what was trained.</summary>
[TestClass]
public sealed class CorrectedProblemsTests
{
    private const string TechCenter = "Network";

    // Problem 1 with the variants 10, 11 and 12, problem 2 with 20 and 21, problem 3 with 30.
    private static readonly ModelClusters Trained = TrainedWith((10, 1), (11, 1), (12, 1), (20, 2), (21, 2), (30, 3));

    // Versions after which one or two of these are no more.
    private static readonly ModelClusters[] Later = [TrainedWith((20, 2), (21, 2), (30, 3)), TrainedWith((10, 1), (12, 1), (30, 3)), TrainedWith((10, 1), (20, 2)), TrainedWith((30, 3)), TrainedWith((11, 1), (40, 4))];

    private readonly List<Correction> _log = [];

    [TestMethod]
    public void Without_a_decision_everything_is_as_it_was_trained() => Replay().Clusters.ShouldBeSameAs(Trained);

    [TestMethod]
    public void What_is_said_of_a_problem_stands_beside_it_and_the_last_word_counts()
    {
        Decide(CorrectionKind.Rename, 1, text: "First name");
        Decide(CorrectionKind.Rename, 1, text: "Second name");
        Decide(CorrectionKind.Describe, 1, text: "What it is");
        Decide(CorrectionKind.Owner, 1, text: "Jane");
        Decide(CorrectionKind.Record, 1, text: "PRB0001");
        Decide(CorrectionKind.Status, 1, status: ProblemStatus.KnownError);
        Decide(CorrectionKind.Note, 1, text: "Seen again");
        Decide(CorrectionKind.Note, 1, text: "And again");
        Decide(CorrectionKind.Owner, 1, text: "");

        ModelProblem problem = Problem(1);

        problem.Label.ShouldBe("Second name");
        ProblemMarks marks = problem.Marks.ShouldNotBeNull();
        (marks.TrainedLabel, marks.Description, marks.Owner, marks.Record, marks.Status).ShouldBe(("problem 1", "What it is", null, "PRB0001", ProblemStatus.KnownError));
        marks.Notes.Select(n => n.Text).ShouldBe(["Seen again", "And again"]);
        Problem(2).Marks.ShouldBeNull();
        Replay().Conflicts.ShouldBeEmpty();
    }

    [TestMethod]
    public void The_only_variant_of_a_problem_takes_its_name()
    {
        Decide(CorrectionKind.Rename, 3, text: "Given");

        Replay().Clusters.Clusters.Single(c => c.Id == 30).Label.ShouldBe("Given");
    }

    [TestMethod]
    public void A_merge_gives_all_variants_to_the_other_problem_with_its_domain_its_name_and_the_words_of_both()
    {
        Decide(CorrectionKind.Merge, 1, into: 2);

        CorrectedProblems corrected = Replay();

        corrected.Clusters.Problems.Select(p => p.Id).ShouldBe([2, 3]);
        ModelProblem both = Problem(2);
        both.Variants.ShouldBe([10, 11, 12, 20, 21], ignoreOrder: true);
        both.Size.ShouldBe(Trained.Problems.Where(p => p.Id != 3).Sum(p => p.Size));
        both.Label.ShouldBe("problem 2");
        both.Keywords.ShouldBe(["word2a", "word1a", "word2b", "word1b"]);
        both.Marks!.Merged.ShouldBe([1]);
        corrected.Clusters.Clusters.Where(c => both.Variants.Contains(c.Id)).ShouldAllBe(c => c.DomainId == 2 && c.ProblemId == 2);
        corrected.Clusters.ProblemsByCluster().Count.ShouldBe(6);
        corrected.Clusters.GoneProblems.ShouldContain(g => g.Id == 1 && g.MergedInto == 2);
        corrected.MergedInto(1).ShouldBe(2);
    }

    [TestMethod]
    public void A_problem_into_which_another_was_merged_can_be_merged_on()
    {
        Decide(CorrectionKind.Merge, 1, into: 2);
        Decide(CorrectionKind.Merge, 2, into: 3);

        CorrectedProblems corrected = Replay();

        corrected.Clusters.Problems.Single().Variants.Count.ShouldBe(6);
        corrected.MergedInto(1).ShouldBe(3);
        corrected.Conflicts.ShouldBeEmpty();
    }

    [TestMethod]
    public void A_split_makes_a_problem_of_the_variants_that_leave_which_can_be_corrected_in_turn()
    {
        Correction split = Decide(CorrectionKind.Split, 1, variants: [11, 12]);
        Decide(CorrectionKind.Rename, split.NewProblem!.Value, text: "Apart");

        ModelProblem apart = Problem(split.NewProblem.Value);

        (apart.Label, apart.Size).ShouldBe(("Apart", 200));
        apart.Variants.ShouldBe([11, 12], ignoreOrder: true);
        apart.Marks!.SplitFrom.ShouldBe(1);
        apart.RelatedIds.ShouldBe([1]);
        Problem(1).Variants.ShouldBe([10]);
        Problem(1).Keywords.ShouldBe(["variant10"]);
    }

    [TestMethod]
    public void Decisions_hold_in_their_order()
    {
        Decide(CorrectionKind.Split, 1, variants: [11]);
        Decide(CorrectionKind.Merge, 1, into: 2);
        Problem(2).Variants.ShouldBe([10, 12, 20, 21], ignoreOrder: true);

        _log.Clear();
        Decide(CorrectionKind.Merge, 1, into: 2);
        Decide(CorrectionKind.Split, 2, variants: [11]);
        Problem(2).Variants.ShouldBe([10, 12, 20, 21], ignoreOrder: true);
        Problem(CenterCorrections.FirstSplitId).Variants.ShouldBe([11]);
    }

    [TestMethod]
    public void What_is_taken_back_holds_no_more_and_what_takes_back_can_be_taken_back_too()
    {
        Correction merge = Decide(CorrectionKind.Merge, 1, into: 2);
        Correction undo = Undo(merge);
        Replay().Clusters.ShouldBeSameAs(Trained);

        Correction redo = Undo(undo);
        Replay().MergedInto(1).ShouldBe(2);

        Undo(redo);
        Replay().Clusters.ShouldBeSameAs(Trained);
        new CenterCorrections(TechCenter, _log).Undone()[merge.Id].Id.ShouldBe(undo.Id);
    }

    [TestMethod]
    public void Tickets_follow_the_problem_that_they_were_moved_to()
    {
        Decide(CorrectionKind.Move, 1, tickets: ["A"]);
        Decide(CorrectionKind.NotThis, 3, tickets: ["B"]);
        Decide(CorrectionKind.Merge, 1, into: 2);

        Replay().Tickets.Select(t => (t.Number, t.ProblemId, t.IsNot)).ShouldBe([("A", 2, false), ("B", 3, true)]);
    }

    [TestMethod]
    public void A_problem_that_is_gone_is_a_conflict_that_says_what_to_do_and_changes_nothing()
    {
        Decide(CorrectionKind.Note, 1, text: "Seen again");
        Decide(CorrectionKind.Rename, 3, text: "Third");
        ModelClusters later = TrainedWith((20, 2), (30, 3)) with { GoneProblems = [new GoneProblem(1, "problem 1", 300, 3)] };

        CorrectedProblems corrected = Replay(later);

        CorrectionConflict conflict = corrected.Conflicts.ShouldHaveSingleItem();
        conflict.Id.ShouldBe(_log[0].Id);
        conflict.What.ShouldBe("The problem 1, 'problem 1', is not there any more: the training found most of its tickets in the problem 3.");
        conflict.Fix.ShouldContain("Undo it");
        corrected.Clusters.Problems.Select(p => (p.Id, p.Label)).ShouldBe([(2, "problem 2"), (3, "Third")], ignoreOrder: true);
    }

    [TestMethod]
    public void A_merge_whose_problem_was_scattered_holds_and_the_tickets_that_stand_for_it_are_of_the_other()
    {
        Decide(CorrectionKind.Move, 1, tickets: ["A"]);
        Decide(CorrectionKind.Rename, 1, text: "First");
        Correction merge = Decide(CorrectionKind.Merge, 1, into: 2, tickets: ["B", "C"]);
        Decide(CorrectionKind.Merge, 2, into: 3);
        Replay().Tickets.Select(t => t.Number).ShouldBe(["A"], "while the version has the problem, its clusters say what is of it");
        ModelClusters later = TrainedWith((20, 2), (30, 3)) with { GoneProblems = [new GoneProblem(1, "problem 1", 300, null)] };

        CorrectedProblems corrected = Replay(later);

        corrected.Conflicts.ShouldBeEmpty();
        corrected.Tickets.Select(t => (t.Number, t.ProblemId, t.IsNot)).ShouldBe([("A", 3, false), ("B", 3, false), ("C", 3, false)]);
        corrected.Clusters.Problems.ShouldHaveSingleItem().Id.ShouldBe(3);
        corrected.Clusters.GoneProblems.Select(g => (g.Id, g.MergedInto)).ShouldBe([(1, 3), (2, 3)]);
        corrected.MergedInto(1).ShouldBe(3);

        Undo(merge);
        CorrectedProblems undone = Replay(later);
        undone.Tickets.ShouldBeEmpty();
        undone.Conflicts.Select(c => c.Id).ShouldBe([_log[0].Id, _log[1].Id]);
    }

    [TestMethod]
    public void A_problem_that_was_scattered_goes_on_with_what_was_merged_into_it_under_its_id_and_its_name()
    {
        Decide(CorrectionKind.Owner, 1, text: "Jane");
        Decide(CorrectionKind.Move, 1, tickets: ["A"]);
        Correction merge = Decide(CorrectionKind.Merge, 2, into: 1, text: "As it was called");
        Decide(CorrectionKind.Note, 1, text: "Seen again");
        ModelClusters later = TrainedWith((20, 2), (21, 2), (30, 3)) with { GoneProblems = [new GoneProblem(1, "problem 1", 300, 2)] };

        CorrectedProblems corrected = Replay(later);

        corrected.Conflicts.ShouldBeEmpty();
        ModelProblem goesOn = corrected.Clusters.Problems.Single(p => p.Id == 1);
        (goesOn.Label, goesOn.Size, goesOn.Marks!.Owner, goesOn.Marks.Notes.Count).ShouldBe(("As it was called", 200, "Jane", 1));
        goesOn.Keywords.ShouldBe(["word2a", "word2b"]);
        corrected.Clusters.Problems.ShouldNotContain(p => p.Id == 2);
        corrected.Clusters.ProblemsByCluster().Count.ShouldBe(3);
        corrected.Clusters.GoneProblems.Select(g => (g.Id, g.MergedInto)).ShouldBe([(2, 1)]);
        corrected.Tickets.ShouldHaveSingleItem().ProblemId.ShouldBe(1);

        Decide(CorrectionKind.Rename, 1, text: "Given");
        Replay(later).Clusters.Problems.Single(p => p.Id == 1).Label.ShouldBe("Given");

        Undo(merge);
        CorrectedProblems undone = Replay(later);
        undone.Clusters.Problems.Select(p => p.Id).ShouldBe([2, 3]);
        undone.Conflicts.Count.ShouldBe(4);
    }

    [TestMethod]
    public void Of_two_problems_that_were_merged_into_a_scattered_one_both_are_it()
    {
        Decide(CorrectionKind.Merge, 2, into: 1);
        Decide(CorrectionKind.Merge, 3, into: 1);

        CorrectedProblems corrected = Replay(TrainedWith((20, 2), (30, 3)));
        corrected.Conflicts.ShouldBeEmpty();
        corrected.Clusters.Problems.ShouldHaveSingleItem().Id.ShouldBe(1);

        Replay(TrainedWith((30, 3), (40, 4))).Clusters.Problems.Select(p => p.Id).ShouldBe([1, 4], "the first of them was scattered too, before the merge that goes on");
        Replay(TrainedWith((30, 3), (40, 4))).Conflicts.ShouldBeEmpty();
    }

    [TestMethod]
    public void A_merge_of_which_neither_problem_is_there_is_a_conflict_and_holds_again_with_a_version_that_has_one()
    {
        Decide(CorrectionKind.Merge, 3, into: 2);

        Replay(TrainedWith((10, 1), (40, 4))).Conflicts.ShouldHaveSingleItem().What.ShouldBe("The version that serves has no problem 3.");

        Replay(TrainedWith((10, 1), (30, 3))).Conflicts.ShouldBeEmpty();
        Replay().MergedInto(3).ShouldBe(2);
    }

    [TestMethod]
    public void A_brought_merge_of_a_problem_that_was_never_here_is_a_conflict()
    {
        _log.Add(Decide(CorrectionKind.Merge, 777, into: 2) with { ImportedBy = "bob" });
        _log.RemoveAt(0);

        Replay().Conflicts.ShouldHaveSingleItem().What.ShouldBe("The version that serves has no problem 777.");
    }

    [TestMethod]
    public void Of_a_split_whose_variants_are_gone_in_part_the_others_leave()
    {
        Decide(CorrectionKind.Split, 1, variants: [11, 12]);

        CorrectedProblems corrected = CorrectedProblems.Of(TrainedWith((10, 1), (11, 1), (20, 2)), new CenterCorrections(TechCenter, _log));

        corrected.Conflicts.ShouldHaveSingleItem().What.ShouldBe("The variant 12 of the problem 1 is not there any more; the others are split off.");
        corrected.Clusters.Problems.Single(p => p.Id == CenterCorrections.FirstSplitId).Variants.ShouldBe([11]);
    }

    [TestMethod]
    public void What_is_about_a_split_that_was_taken_back_is_a_conflict()
    {
        Correction split = Decide(CorrectionKind.Split, 1, variants: [11]);
        Decide(CorrectionKind.Rename, split.NewProblem!.Value, text: "Apart");
        Decide(CorrectionKind.Merge, split.NewProblem.Value, into: 2);
        Undo(split);

        CorrectedProblems corrected = Replay();

        corrected.Conflicts.Select(c => c.Id).ShouldBe([_log[1].Id, _log[2].Id]);
        corrected.Conflicts[0].What.ShouldContain("the split that made it was undone");
        corrected.Clusters.Problems.Select(p => p.Variants.Count).ShouldBe([3, 2, 1]);
    }

    [TestMethod]
    public void Two_merges_that_bite_each_other_leave_one_of_them_as_a_conflict()
    {
        Correction first = Decide(CorrectionKind.Merge, 1, into: 2);
        Correction undo = Undo(first);
        Decide(CorrectionKind.Merge, 2, into: 1);
        Undo(undo);

        CorrectedProblems corrected = Replay();

        corrected.Clusters.Problems.Select(p => p.Id).ShouldBe([2, 3]);
        corrected.Conflicts.ShouldHaveSingleItem().Id.ShouldBe(_log[2].Id);
    }

    [TestMethod]
    public void A_ticket_that_was_erased_is_told_of_and_the_others_hold()
    {
        _log.Add(Decide(CorrectionKind.Move, 1, tickets: ["A"]) with { ErasedTickets = 1 });
        _log.RemoveAt(0);

        CorrectedProblems corrected = Replay();

        corrected.Conflicts.ShouldHaveSingleItem().What.ShouldBe("1 of its tickets was erased.");
        corrected.Tickets.ShouldHaveSingleItem().Number.ShouldBe("A");
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void Any_sequence_of_decisions_and_of_taking_them_back_is_the_replay_of_those_that_hold(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 150; round++)
        {
            _log.Clear();
            for (int step = 0; step < 25; step++)
            {
                if (_log.Count > 0 && random.Next(3) == 0)
                {
                    Undo(_log[random.Next(_log.Count)]);
                }
                else
                {
                    Any(random);
                }
            }

            // Which hold, found another way: by taking back and giving again in the order of the log, with what took each back.
            CorrectedProblems replayed = Replay();
            CorrectedProblems scratch = CorrectedProblems.Of(Trained, new CenterCorrections(TechCenter, [.. Standing()]));
            Shape(replayed).ShouldBe(Shape(scratch));
            replayed.Clusters.ProblemsByCluster().Count.ShouldBe(Trained.Clusters.Count);
            replayed.Clusters.Problems.Sum(p => p.Size).ShouldBe(Trained.Problems.Sum(p => p.Size));

            // Over a version that lacks problems nothing is silently lost either: what is no conflict is about a problem that is there or was merged into one, unless splits took all of that.
            ModelClusters later = Later[random.Next(Later.Length)];
            CorrectedProblems over = Replay(later);
            over.Clusters.ProblemsByCluster().Count.ShouldBe(later.Clusters.Count);
            over.Clusters.Problems.Sum(p => p.Size).ShouldBe(later.Problems.Sum(p => p.Size));
            HashSet<string> conflicts = [.. over.Conflicts.Select(c => c.Id)];
            IReadOnlyList<Correction> holding = new CenterCorrections(TechCenter, _log).Holding;
            int[] lost = [.. holding.Where(c => !conflicts.Contains(c.Id)).Select(c => over.MergedInto(c.Problem!.Value) ?? c.Problem.Value).Where(id => !over.Has(id))];
            lost.Where(id => !holding.Any(c => c.Kind == CorrectionKind.Split && c.Problem == id)).ShouldBeEmpty();
        }
    }

    private List<Correction> Standing()
    {
        Dictionary<string, bool> holds = [];
        foreach (Correction entry in _log)
        {
            holds[entry.Id] = true;
            for (Correction? at = entry; at?.Undoes is string undone; at = _log.Find(e => e.Id == undone))
            {
                holds[undone] = !holds[at.Id];
            }

            // Several may take the same back: it holds where none of them does.
            foreach (Correction target in _log.Where(e => holds.ContainsKey(e.Id)).Reverse())
            {
                holds[target.Id] = !_log.Any(e => e.Undoes == target.Id && holds.TryGetValue(e.Id, out bool standing) && standing);
            }
        }

        return [.. _log.Where(e => e.Kind != CorrectionKind.Undo && holds[e.Id])];
    }

    private void Any(Random random)
    {
        int[] ids = [1, 2, 3, .. _log.Select(e => e.NewProblem).OfType<int>()];
        int problem = ids[random.Next(ids.Length)];
        switch (random.Next(5))
        {
            case 0:
                Decide(CorrectionKind.Rename, problem, text: $"name {random.Next(100)}");
                break;
            case 1:
                Decide(CorrectionKind.Merge, problem, into: ids[random.Next(ids.Length)]);
                break;
            case 2:
                Decide(CorrectionKind.Split, problem, variants: [.. Trained.Clusters.Select(c => c.Id).Where(_ => random.Next(3) == 0).Append(10)]);
                break;
            case 3:
                Decide(CorrectionKind.Move, problem, tickets: [$"T{random.Next(5)}"]);
                break;
            default:
                Decide(CorrectionKind.Note, problem, text: $"note {random.Next(100)}");
                break;
        }
    }

    private static string Shape(CorrectedProblems corrected) => string.Join('\n', [
        .. corrected.Clusters.Problems.Select(p => $"{p.Id} {p.Label} {p.Size} {string.Join(',', p.Variants)} {string.Join(',', p.Keywords)} {string.Join(',', p.Marks?.Notes.Select(n => n.Text) ?? [])} {p.Marks?.SplitFrom}"),
        .. corrected.Tickets.Select(t => $"{t.Number} {t.ProblemId} {t.IsNot}"),
        .. corrected.Conflicts.Select(c => $"{c.Id} {c.What}"),
    ]);

    private ModelProblem Problem(int id) => Replay().Clusters.Problems.Single(p => p.Id == id);

    private CorrectedProblems Replay(ModelClusters? later = null) => CorrectedProblems.Of(later ?? Trained, new CenterCorrections(TechCenter, _log));

    private Correction Undo(Correction undone) => Add(new Correction { Id = "", At = default, By = "test", Kind = CorrectionKind.Undo, Undoes = undone.Id });

    private Correction Decide(CorrectionKind kind, int problem, int? into = null, int[]? variants = null, string? text = null, ProblemStatus? status = null, string[]? tickets = null) => Add(new Correction
    {
        Id = "",
        At = default,
        By = "test",
        Kind = kind,
        Problem = problem,
        Into = into,
        Variants = variants,
        NewProblem = kind == CorrectionKind.Split ? new CenterCorrections(TechCenter, _log).NextProblem : null,
        Text = text,
        Status = status,
        Tickets = tickets is null ? null : [.. tickets.Select(number => new MovedTicket(number, null))],
    });

    private Correction Add(Correction entry)
    {
        _log.Add(entry with { Id = $"{_log.Count:D32}" });
        return _log[^1];
    }

    private static ModelClusters TrainedWith(params (int Id, int Problem)[] variants)
    {
        ModelCluster[] clusters =
        [
            .. variants.Select(v => new ModelCluster
            {
                Id = v.Id,
                Label = $"variant {v.Id}",
                Keywords = [$"variant{v.Id}"],
                ProblemId = v.Problem,
                DomainId = v.Problem,
                Size = 100,
                Persistence = 1,
                Examples = [],
                Origin = ClusterChangeKind.Kept,
                PreviousSize = 100,
                RelatedIds = [],
            }),
        ];
        ModelProblem[] problems =
        [
            .. clusters.GroupBy(c => c.ProblemId!.Value).Select(g => new ModelProblem(g.Key, $"problem {g.Key}", [$"word{g.Key}a", $"word{g.Key}b"], g.Sum(c => c.Size), [.. g.Select(c => c.Id)], ClusterChangeKind.Kept, 0, []))
                .OrderByDescending(p => p.Size).ThenBy(p => p.Id),
        ];
        return new ModelClusters(clusters, [.. problems.Select(p => new ModelDomain(p.Id, $"domain {p.Id}", p.Size))], []) { Problems = problems };
    }
}
