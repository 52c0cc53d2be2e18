using Pipeline.Models;

namespace Pipeline.Corrections;

/// <summary>
/// What a version knows after people's decisions, replayed in their order over what was trained. A decision that does not fit the version is a conflict: it changes nothing and is kept, and holds again with
/// the version that it fits. A merge holds as long as one of its two problems is there: where a training scattered the problem that was merged, the tickets that stand for it are examples of the other one; where
/// it scattered the other one, that goes on with what was merged into it. O(decisions x clusters), once more for each problem that is carried on in this way.
/// </summary>
public sealed class CorrectedProblems
{
    private readonly ModelClusters _trained;
    private readonly IReadOnlyDictionary<int, ModelProblem> _trainedOf;
    private readonly Dictionary<int, int> _owner;
    private readonly Dictionary<int, ModelProblem> _known;
    private readonly Dictionary<int, ProblemMarks> _marks = [];
    private readonly Dictionary<int, string> _names = [];
    private readonly Dictionary<int, string> _lastNames = [];
    private readonly Dictionary<int, int> _merged = [];
    private readonly List<TicketLabel> _tickets = [];
    private readonly List<CorrectionConflict> _conflicts = [];
    private readonly HashSet<int> _carried;

    private CorrectedProblems(ModelClusters trained, HashSet<int> carried)
    {
        _trained = trained;
        _carried = carried;
        _known = trained.Problems.ToDictionary(p => p.Id);
        _trainedOf = trained.ProblemsByCluster();
        _owner = _trainedOf.ToDictionary(p => p.Key, p => p.Value.Id);
        Clusters = trained;
    }

    /// <summary>The problems as people see them.</summary>
    public ModelClusters Clusters { get; private set; }

    /// <summary>What holds of tickets, the earliest decision first.</summary>
    public IReadOnlyList<TicketLabel> Tickets => _tickets;

    /// <summary>The decisions that do not fit, in their order.</summary>
    public IReadOnlyList<CorrectionConflict> Conflicts => _conflicts;

    /// <summary>The problem that people made another one part of; null where they did not.</summary>
    public int? MergedInto(int problem) => _merged.TryGetValue(problem, out int into) ? into : null;

    /// <summary>Whether the version has a problem, as people see it.</summary>
    public bool Has(int problem) => _owner.ContainsValue(problem);

    /// <summary>Replays decisions.</summary>
    /// <param name="trained">What was trained.</param>
    /// <param name="log">What was decided.</param>
    public static CorrectedProblems Of(ModelClusters trained, CenterCorrections log)
    {
        ArgumentNullException.ThrowIfNull(trained);
        ArgumentNullException.ThrowIfNull(log);
        IReadOnlyList<Correction> holding = log.Holding;
        if (holding.Count == 0)
        {
            return new CorrectedProblems(trained, []);
        }

        // What a merge carries on was there for the decisions before the merge too: they are replayed with that known.
        HashSet<int> carried = [];
        while (true)
        {
            int before = carried.Count;
            CorrectedProblems corrected = new(trained, carried);
            foreach (Correction correction in holding)
            {
                corrected.Apply(correction);
            }

            if (carried.Count == before)
            {
                corrected.Finish(holding);
                return corrected;
            }
        }
    }

    // The log is a file that others can write: what lacks something stops nothing else.
    private static bool IsWhole(Correction correction) => correction.Kind switch
    {
        CorrectionKind.Rename or CorrectionKind.Describe or CorrectionKind.Owner or CorrectionKind.Record or CorrectionKind.Note => correction.Text is not null,
        CorrectionKind.Status => correction.Status is not null,
        CorrectionKind.Merge => correction.Into is not null,
        CorrectionKind.Split => correction.NewProblem is not null && correction.Variants is not null,
        CorrectionKind.Move or CorrectionKind.NotThis => correction.Tickets is not null,
        _ => false,
    };

    private void Apply(Correction correction)
    {
        if (correction.Problem is not int problem || !IsWhole(correction))
        {
            Conflict(correction, "It lacks a field that a correction of its kind needs.", "Undo it, and decide it anew.");
            return;
        }

        bool isGathered = correction.Kind == CorrectionKind.Merge && IsThere(correction.Into!.Value) && IsScattered(correction, problem);
        if (!IsThere(problem) && !isGathered)
        {
            Conflict(correction, Missing(problem), _merged.TryGetValue(problem, out int into) ? $"Decide it of the problem {into} instead, or undo one of the two." : "Undo it, and decide it anew of the problem that has its tickets now. It holds again by itself if a version that has the problem serves.");
            return;
        }

        switch (correction.Kind)
        {
            case CorrectionKind.Rename:
                _names[problem] = correction.Text!;
                break;
            case CorrectionKind.Describe:
                Mark(problem, marks => marks with { Description = Given(correction) });
                break;
            case CorrectionKind.Status:
                Mark(problem, marks => marks with { Status = correction.Status!.Value });
                break;
            case CorrectionKind.Owner:
                Mark(problem, marks => marks with { Owner = Given(correction) });
                break;
            case CorrectionKind.Record:
                Mark(problem, marks => marks with { Record = Given(correction) });
                break;
            case CorrectionKind.Note:
                Mark(problem, marks => marks with { Notes = [.. marks.Notes, new ProblemNote(correction.Text!, correction.By, correction.At)] });
                break;
            case CorrectionKind.Merge:
                Merge(correction, problem, correction.Into!.Value);
                break;
            case CorrectionKind.Split:
                Split(correction, problem, correction.NewProblem!.Value);
                break;
            case CorrectionKind.Move or CorrectionKind.NotThis:
                Move(correction, problem);
                break;
        }
    }

    private void Merge(Correction correction, int problem, int into)
    {
        bool goesOn = Has(problem) && IsScattered(correction, into);
        if (problem == into || (!IsThere(into) && !goesOn))
        {
            Conflict(correction, problem == into ? "A problem cannot be merged into itself." : Missing(into), "Undo it, and merge with the problem that has those tickets now.");
            return;
        }

        if (goesOn)
        {
            _carried.Add(into);
            _lastNames[into] = correction.Text ?? _trained.GoneProblems.FirstOrDefault(g => g.Id == into)?.Label ?? "";
        }

        if (!Has(problem))
        {
            _carried.Add(problem);
            _tickets.AddRange((correction.Tickets ?? []).Select(t => new TicketLabel(t.Number, t.ContentHash, into, IsNot: false)));
        }

        Give(problem, into, _ => true);
        _merged[problem] = into;
        foreach (int before in _merged.Where(m => m.Value == problem).Select(m => m.Key).ToArray())
        {
            _merged[before] = into;
        }

        Mark(into, marks => marks with { Merged = [.. marks.Merged.Append(problem).Distinct()] });
    }

    // Whether a problem was there to be decided of, and a training scattered it since. An id that is higher than any here is that of another installation.
    private bool IsScattered(Correction correction, int problem) => !Has(problem) && !_merged.ContainsKey(problem) && problem < CenterCorrections.FirstSplitId
        && (correction.ImportedBy is null || _trained.Problems.Select(p => p.Id).Concat(_trained.GoneProblems.Select(g => g.Id)).Any(known => known >= problem));

    // A problem without variants of its own is there too where a merge, which may come later, says what became of it.
    private bool IsThere(int problem) => Has(problem) || (_carried.Contains(problem) && !_merged.ContainsKey(problem));

    private void Split(Correction correction, int problem, int own)
    {
        int[] gone = [.. correction.Variants!.Where(id => _owner.GetValueOrDefault(id, ClusterAssignment.Unclustered) != problem)];
        if (gone.Length > 0)
        {
            bool all = gone.Length == correction.Variants!.Count;
            Conflict(correction, $"The {(gone.Length == 1 ? "variant" : "variants")} {string.Join(", ", gone)} of the problem {problem} {(gone.Length == 1 ? "is" : "are")} not there any more{(all ? "" : "; the others are split off")}.", all ? "Undo it, and split by the variants that are there now." : "Undo it and split anew, or leave it as it is.");
        }

        Give(problem, own, variant => correction.Variants!.Contains(variant));
        if (Has(own))
        {
            Mark(own, marks => marks with { SplitFrom = problem });
            if (!string.IsNullOrEmpty(correction.Text))
            {
                _names[own] = correction.Text;
            }
        }
    }

    private void Move(Correction correction, int problem)
    {
        if (correction.ErasedTickets > 0)
        {
            Conflict(correction, $"{correction.ErasedTickets} of its tickets {(correction.ErasedTickets == 1 ? "was" : "were")} erased.", correction.Tickets!.Count == 0 ? "There is nothing left of it: undo it." : "It holds for the others; nothing needs to be done.");
        }

        _tickets.AddRange(correction.Tickets!.Select(t => new TicketLabel(t.Number, t.ContentHash, problem, correction.Kind == CorrectionKind.NotThis)));
    }

    private void Give(int from, int to, Func<int, bool> which)
    {
        foreach (int variant in _owner.Where(o => o.Value == from && which(o.Key)).Select(o => o.Key).ToArray())
        {
            _owner[variant] = to;
        }
    }

    private void Finish(IReadOnlyList<Correction> holding)
    {
        Dictionary<int, Correction> splits = holding.Where(c => c.Kind == CorrectionKind.Split).Where(c => c.NewProblem is not null).GroupBy(c => c.NewProblem!.Value).ToDictionary(g => g.Key, g => g.Last());
        ILookup<int, ModelCluster> variants = _trained.Clusters.ToLookup(c => _owner[c.Id]);
        ModelProblem[] problems = [.. variants.Select(own => Problem(own.Key, [.. own], splits)).OrderByDescending(p => p.Size).ThenBy(p => p.Id)];
        Dictionary<int, int> domains = problems.ToDictionary(p => p.Id, p => DomainOf(p.Id, variants[p.Id]));
        Dictionary<int, string> alone = problems.Where(p => p.Variants.Count == 1 && _names.ContainsKey(p.Id)).ToDictionary(p => p.Variants[0], p => p.Label);
        ModelCluster[] clusters = [.. _trained.Clusters.Select(c => c with { ProblemId = _owner[c.Id], DomainId = domains[_owner[c.Id]], Label = alone.GetValueOrDefault(c.Id, c.Label) })];
        Dictionary<int, int> sizes = clusters.GroupBy(c => c.DomainId).ToDictionary(g => g.Key, g => g.Sum(c => c.Size));
        Clusters = _trained with
        {
            Clusters = clusters,
            Problems = problems,
            Domains = [.. _trained.Domains.Where(d => sizes.ContainsKey(d.Id)).Select(d => d with { Size = sizes[d.Id] }).OrderByDescending(d => d.Size).ThenBy(d => d.Id)],
            GoneProblems = [.. _trained.GoneProblems.Where(g => !Has(g.Id)).Select(g => g with { MergedInto = MergedInto(g.Id) ?? g.MergedInto }), .. _merged.Where(m => _known.ContainsKey(m.Key)).Select(m => new GoneProblem(m.Key, _names.GetValueOrDefault(m.Key, _known[m.Key].Label), _known[m.Key].Size, m.Value))],
        };

        // Tickets follow the problem that they were moved to.
        TicketLabel[] followed = [.. _tickets.Select(t => t with { ProblemId = MergedInto(t.ProblemId) ?? t.ProblemId }).Where(t => Has(t.ProblemId))];
        _tickets.Clear();
        _tickets.AddRange(followed);
    }

    private ModelProblem Problem(int id, ModelCluster[] variants, Dictionary<int, Correction> splits)
    {
        ModelProblem[] parts = [.. variants.Select(v => _trainedOf[v.Id]).Distinct().OrderByDescending(p => p.Id == id).ThenByDescending(p => p.Size).ThenBy(p => p.Id)];
        ModelProblem? own = _known.GetValueOrDefault(id);
        int[] ids = [.. variants.OrderByDescending(v => v.Size).ThenBy(v => v.Id).Select(v => v.Id)];
        bool isWhole = own is not null && ids.Length == own.Variants.Count && own.Variants.All(ids.Contains);
        string label = own?.Label ?? (_lastNames.GetValueOrDefault(id) is { Length: > 0 } last ? last : variants.MaxBy(v => v.Size)!.Label);
        ProblemMarks? marks = _marks.GetValueOrDefault(id);
        if (_names.TryGetValue(id, out string? name) && !string.Equals(name, label, StringComparison.Ordinal))
        {
            marks = (marks ?? new ProblemMarks()) with { TrainedLabel = label };
        }

        if (isWhole)
        {
            return own! with { Label = name ?? label, Marks = marks };
        }

        // A problem that others were merged into says what all of them say; one that lost variants, or is a split, what its variants say.
        bool hasAll = parts.All(p => p.Variants.All(ids.Contains));
        IReadOnlyList<string> words = InTurn(hasAll ? parts.Select(p => p.Keywords) : variants.OrderByDescending(v => v.Size).Select(v => v.Keywords));
        return new ModelProblem(
            id, name ?? label, words, variants.Sum(v => v.Size), ids, own?.Origin ?? ClusterChangeKind.Kept, own?.PreviousSize ?? 0, own?.RelatedIds ?? (splits.TryGetValue(id, out Correction? split) ? [split.Problem ?? id] : []))
        {
            Traits = own?.Traits ?? parts[0].Traits,
            Marks = marks,
        };
    }

    private int DomainOf(int id, IEnumerable<ModelCluster> variants) =>
        _known.TryGetValue(id, out ModelProblem? own) ? _trained.Clusters.First(c => c.Id == own.Variants[0]).DomainId : variants.MaxBy(v => v.Size)!.DomainId;

    private static IReadOnlyList<string> InTurn(IEnumerable<IReadOnlyList<string>> words) =>
        [.. words.SelectMany((own, part) => own.Select((word, place) => (word, place, part))).OrderBy(w => w.place).ThenBy(w => w.part).Select(w => w.word).Distinct(StringComparer.Ordinal)];

    private void Mark(int problem, Func<ProblemMarks, ProblemMarks> change) => _marks[problem] = change(_marks.GetValueOrDefault(problem) ?? new ProblemMarks());

    private static string? Given(Correction correction) => string.IsNullOrEmpty(correction.Text) ? null : correction.Text;

    private string Missing(int problem) =>
        _merged.TryGetValue(problem, out int into) ? $"The problem {problem} was merged into the problem {into}."
        : _trained.GoneProblems.FirstOrDefault(g => g.Id == problem) is GoneProblem gone ? $"The problem {problem}, '{gone.Label}', is not there any more: {(gone.MergedInto is int taken ? $"the training found most of its tickets in the problem {taken}" : "its tickets were scattered or are too old")}."
        : problem >= CenterCorrections.FirstSplitId ? $"The problem {problem} is not there: the split that made it was undone or has a conflict."
        : $"The version that serves has no problem {problem}.";

    private void Conflict(Correction correction, string what, string fix) => _conflicts.Add(new CorrectionConflict(correction.Id, what, fix));
}

/// <summary>A decision that does not fit the version that serves.</summary>
/// <param name="Id">The correction.</param>
/// <param name="What">What does not fit.</param>
/// <param name="Fix">What to do.</param>
public sealed record CorrectionConflict(string Id, string What, string Fix);
