using System.Collections.Frozen;
using Pipeline.Clustering;

namespace Pipeline.Training;

/// <summary>
/// Makes domains of groups of problems that lie near each other: the members of a domain share a word, of their names or keywords, which names the domain, or the domain
/// that was proposed for them. A problem that shares none with others is in no domain, unless one is proposed for it.
/// </summary>
internal static class SharedDomains
{
    private const double SecondWord = 0.6;
    private const double LabelWeight = 1.5;
    private const double ProposalWeight = 10;

    /// <summary>The rank of a keyword at which it weighs half as much as the first; those above may join a problem to others.</summary>
    private const int KeywordsOfRank = 3;
    private const double StrongKeyword = 0.5;
    private const char ProposalMark = '=';
    private const int ShortestSingular = 3;

    /// <summary>Words of names that are no field of work: what goes wrong, when, and what people do.</summary>
    private static readonly FrozenSet<string> NoField = new[]
    {
        "not cannot unable failed fails failing failure error errors issue issues problem problems missing denied wrong lost slow stuck broken blocked rejected expired pending full empty",
        "work working works new old minutes minute seconds hours hour days day week says question questions help request requests please user users code status update change changed set setup get open opening",
    }.SelectMany(line => line.Split(' ')).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The domain of each problem, numbered from 0 in the order of their first problem; -1 for none.</summary>
    /// <param name="groups">The group of near problems that each problem is in.</param>
    /// <param name="names">Each problem's name, keywords and proposed domain.</param>
    public static int[] Group(int[] groups, IReadOnlyList<GroupName> names)
    {
        Dictionary<string, double>[] terms = TermsOf(names);
        Dictionary<string, int> spread = terms.SelectMany(t => t.Keys).CountBy(term => term, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        string?[] domain = new string?[groups.Length];
        foreach (IGrouping<int, int> group in Enumerable.Range(0, groups.Length).GroupBy(problem => groups[problem]))
        {
            Gather([.. group], terms, spread, domain);
        }

        FrozenSet<string> found = domain.OfType<string>().ToFrozenSet(StringComparer.Ordinal);
        int[] alone = [.. Enumerable.Range(0, domain.Length).Where(problem => domain[problem] is null)];
        foreach (int problem in alone)
        {
            domain[problem] = terms[problem].Where(term => term.Value >= StrongKeyword && found.Contains(term.Key)).OrderByDescending(term => term.Value * Rarity(term.Key, spread, names.Count)).ThenBy(term => term.Key, StringComparer.Ordinal).FirstOrDefault().Key;
        }

        Gather([.. alone.Where(problem => domain[problem] is null)], terms, spread, domain);
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        int next = 0;
        return
        [
            .. domain.Select((term, problem) =>
            {
                if (term is null)
                {
                    return names[problem].Domain is { Length: > 0 } ? next++ : -1;
                }

                if (!numbers.TryGetValue(term, out int number))
                {
                    numbers.Add(term, number = next++);
                }

                return number;
            }),
        ];
    }

    /// <summary>
    /// The name of each domain: the proposal for more than half of its incidents, or else the words that all its problems share; null where there is neither.
    /// </summary>
    /// <param name="domains">The domain of each problem; -1 for none.</param>
    /// <param name="count">How many domains there are.</param>
    /// <param name="sizes">Each problem's size.</param>
    /// <param name="names">Each problem's name, keywords and proposed domain.</param>
    public static string?[] Names(int[] domains, int count, int[] sizes, IReadOnlyList<GroupName> names)
    {
        Dictionary<string, double>[] terms = TermsOf(names);
        Dictionary<string, int> spread = terms.SelectMany(t => t.Keys).CountBy(term => term, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        string?[] result = ProposedDomains.Majority(domains, count, sizes, names);
        for (int domain = 0; domain < count; domain++)
        {
            int[] members = [.. Enumerable.Range(0, domains.Length).Where(problem => domains[problem] == domain)];
            result[domain] ??= SharedName(members, terms, spread, names);
        }

        return result;
    }

    // Takes the strongest word that two problems or more share, with all that have it, until no word is shared.
    private static void Gather(List<int> problems, Dictionary<string, double>[] terms, Dictionary<string, int> spread, string?[] domain)
    {
        while (problems.Count > 1)
        {
            string? term = problems.SelectMany(problem => terms[problem].Where(t => t.Value >= StrongKeyword)).GroupBy(t => t.Key, t => t.Value, StringComparer.Ordinal).Where(IsTopic)
                .OrderByDescending(t => t.Sum() * Rarity(t.Key, spread, terms.Length)).ThenBy(t => t.Key, StringComparer.Ordinal).FirstOrDefault()?.Key;
            if (term is null)
            {
                return;
            }

            foreach (int problem in problems.Where(problem => terms[problem].GetValueOrDefault(term) >= StrongKeyword))
            {
                domain[problem] = term;
            }

            problems.RemoveAll(problem => domain[problem] is not null);
        }
    }

    // Two problems share the term, and half of them have it in their names: then it is what they are about.
    private static bool IsTopic(IGrouping<string, double> weights) =>
        weights.Count() > 1 && 2 * weights.Count(weight => weight >= LabelWeight) >= weights.Count();

    private static string? SharedName(int[] members, Dictionary<string, double>[] terms, Dictionary<string, int> spread, IReadOnlyList<GroupName> names)
    {
        (string Term, double Score)[] shared =
        [
            .. terms[members[0]].Keys.Where(term => term[0] != ProposalMark && members.All(problem => terms[problem].ContainsKey(term)))
                .Select(term => (Term: term, Score: members.Sum(problem => terms[problem][term]) * Rarity(term, spread, names.Count)))
                .OrderByDescending(term => term.Score).ThenBy(term => term.Term, StringComparer.Ordinal),
        ];
        if (shared.Length == 0)
        {
            return null;
        }

        string[] chosen = [.. shared.Where((term, rank) => rank == 0 || (term.Score >= SecondWord * shared[0].Score && !DistinctNames.Inflections(term.Term, shared[0].Term))).Take(2).Select(term => term.Term)];
        string[] labels = [.. members.Select(problem => names[problem].Label)];
        string? both = labels.FirstOrDefault(label => chosen.All(term => Position(label, term) >= 0));
        return string.Join(' ', chosen.OrderBy(term => both is null ? 0 : Position(both, term)).Select(term => Written(term, labels)));
    }

    // The label's spelling, but not the capital of its first word; a word of no label is as it is.
    private static string Written(string term, string[] labels)
    {
        string[] forms = [.. labels.SelectMany(label => label.Split(' ').Skip(1)).Where(word => string.Equals(word, term, StringComparison.OrdinalIgnoreCase))];
        string[] initial = [.. labels.Select(label => label.Split(' ')[0]).Where(word => string.Equals(word, term, StringComparison.OrdinalIgnoreCase) && word.Skip(1).Any(char.IsUpper))];
        return forms.Concat(initial).CountBy(form => form, StringComparer.Ordinal).OrderByDescending(form => form.Value).ThenBy(form => form.Key, StringComparer.Ordinal).FirstOrDefault().Key ?? term;
    }

    private static int Position(string label, string term) => Array.FindIndex(label.Split(' '), word => string.Equals(word, term, StringComparison.OrdinalIgnoreCase));

    private static double Rarity(string term, Dictionary<string, int> spread, int problems) => Math.Log(1 + ((double)problems / spread[term]));

    // "Mails" and "mail" are one word where both are there; "Teams" is a name.
    private static Dictionary<string, double>[] TermsOf(IReadOnlyList<GroupName> names)
    {
        Dictionary<string, double>[] terms = [.. names.Select(Terms)];
        HashSet<string> all = [.. terms.SelectMany(t => t.Keys)];
        HashSet<string> proper = [.. names.SelectMany(name => name.Label.Split(' ').Skip(1)).Where(word => char.IsUpper(word[0])).Select(word => word.ToLowerInvariant())];
        return
        [
            .. terms.Select(own => own.GroupBy(t => t.Key.Length > ShortestSingular && t.Key[^1] == 's' && all.Contains(t.Key[..^1]) && !proper.Contains(t.Key) ? t.Key[..^1] : t.Key, StringComparer.Ordinal)
                .ToDictionary(t => t.Key, t => t.Max(form => form.Value), StringComparer.Ordinal)),
        ];
    }

    private static Dictionary<string, double> Terms(GroupName name)
    {
        Dictionary<string, double> terms = new(StringComparer.Ordinal);
        foreach ((int rank, string keyword) in name.Keywords.Index())
        {
            if (!NoField.Contains(keyword) && !keyword.Contains(' ', StringComparison.Ordinal))
            {
                terms[keyword] = 1 / (1 + ((double)rank / KeywordsOfRank));
            }
        }

        foreach (string word in Tokenizer.Split(name.Label).SelectMany(run => run).Where(word => !NoField.Contains(word) && (terms.ContainsKey(word) || !StopWords.All.Contains(word))))
        {
            terms[word] = LabelWeight + terms.GetValueOrDefault(word);
        }

        if (name.Domain is { Length: > 0 } proposal)
        {
            terms[$"{ProposalMark}{proposal.ToUpperInvariant()}"] = ProposalWeight;
        }

        return terms;
    }
}
