using System.Collections.Frozen;
using System.Numerics.Tensors;
using Pipeline.Clustering;

namespace Pipeline.Training;

/// <summary>
/// Makes domains of problems that share a word, which many of their texts have and a name at least, and which names the domain, or the domain that was proposed for them. A problem that
/// shares none with others is in no domain, unless one is proposed for it.
/// </summary>
internal static class SharedDomains
{
    private const double SecondWord = 0.6;
    private const double ProposalWeight = 10;

    // What a word of the name weighs beside the share of texts that have it.
    private const double NameWeight = 1;

    // Where so many of a problem's texts have a word, or its name, it can make a domain of it. One that fewer have, but many still, can be of a domain that others make.
    private const double StrongShare = 0.25;

    // The part of the problems with a word that must have it in their names, or of their texts on the mean, for it to be a field.
    private const double NamedShare = 0.3;

    // Of names without texts, so many keywords count.
    private const int KeywordsOfRank = 4;
    private const int Rounds = 4;
    private const char ProposalMark = '=';
    private const int ShortestSingular = 3;

    /// <summary>Words of names that are no field of work: what goes wrong, when, and what people do.</summary>
    private static readonly FrozenSet<string> NoField = new[]
    {
        "not cannot unable failed fails failing failure error errors issue issues problem problems missing denied wrong lost slow stuck broken blocked rejected expired pending full empty",
        "work working works new old number numbers name names add remove connect connecting minutes minute seconds hours hour days day week says question questions help request requests please user users code status update change changed set setup get open opening",
    }.SelectMany(line => line.Split(' ')).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The domain of each problem, numbered from 0 in the order of their first problem; -1 for none.</summary>
    /// <param name="centroids">The mean vector of each problem.</param>
    /// <param name="names">Each problem's name, words and proposed domain.</param>
    public static int[] Group(IReadOnlyList<float[]> centroids, IReadOnlyList<GroupName> names)
    {
        Dictionary<string, double>[] terms = TermsOf(names);
        Dictionary<string, int> spread = Spread(terms);
        string?[] domain = Settle(centroids, terms, spread, Cover(terms, spread));
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
    /// <param name="forms">Tells the capitals of words that no name has; null where there are no texts to tell.</param>
    public static string?[] Names(int[] domains, int count, int[] sizes, IReadOnlyList<GroupName> names, SurfaceForms? forms = null)
    {
        Dictionary<string, double>[] terms = TermsOf(names);
        Dictionary<string, int> spread = Spread(terms);
        string?[] result = ProposedDomains.Majority(domains, count, sizes, names);
        for (int domain = 0; domain < count; domain++)
        {
            int[] members = [.. Enumerable.Range(0, domains.Length).Where(problem => domains[problem] == domain)];
            result[domain] ??= SharedName(members, terms, spread, names, forms);
        }

        return result;
    }

    // Takes the word that says the most of the problems that have none yet, two of them at least, until there is no such word; then the best word that each of the others shares with any.
    private static HashSet<string> Cover(Dictionary<string, double>[] terms, Dictionary<string, int> spread)
    {
        HashSet<string> chosen = new(StringComparer.Ordinal);
        HashSet<string> fields = [.. terms.SelectMany(own => own).GroupBy(t => t.Key, t => t.Value, StringComparer.Ordinal).Where(IsField).Select(t => t.Key)];
        List<KeyValuePair<string, double>[]> open = [.. terms.Select(own => own.Where(t => t.Value >= StrongShare && fields.Contains(t.Key)).ToArray())];
        while (Best(open.SelectMany(own => own).GroupBy(t => t.Key, t => t.Value, StringComparer.Ordinal).Where(t => t.Count() > 1)) is string term)
        {
            chosen.Add(term);
            open.RemoveAll(own => own.Any(t => string.Equals(t.Key, term, StringComparison.Ordinal)));
        }

        chosen.UnionWith(open.Select(own => Best(own.GroupBy(t => t.Key, t => t.Value, StringComparer.Ordinal))).OfType<string>());
        return chosen;

        string? Best(IEnumerable<IGrouping<string, double>> words) => words.OrderByDescending(t => t.Sum() * Rarity(t.Key, spread, terms.Length)).ThenBy(t => t.Key, StringComparer.Ordinal).FirstOrDefault()?.Key;
    }

    // Several problems have the word, one at least in its name, and many of them in their names or many of their texts.
    private static bool IsField(IGrouping<string, double> weights)
    {
        int named = weights.Count(weight => weight >= NameWeight), count = weights.Count();
        return count > 1 && named > 0 && (named >= NamedShare * count || weights.Sum() - (named * NameWeight) >= NamedShare * count);
    }

    // Each problem goes to the word that says the most of it and whose other problems lie nearest; a word that is left with one problem is given up.
    private static string?[] Settle(IReadOnlyList<float[]> centroids, Dictionary<string, double>[] terms, Dictionary<string, int> spread, HashSet<string> chosen)
    {
        string?[] domain = new string?[terms.Length];
        Dictionary<string, float[]> sums = chosen.ToDictionary(term => term, term => Sum(centroids, problem => terms[problem].ContainsKey(term)), StringComparer.Ordinal);
        for (int round = 0; round < Rounds; round++)
        {
            for (int problem = 0; problem < domain.Length; problem++)
            {
                domain[problem] = terms[problem].Where(term => chosen.Contains(term.Key))
                    .OrderByDescending(term => term.Value * Rarity(term.Key, spread, terms.Length) * (1 + Nearness(centroids[problem], sums[term.Key]))).ThenBy(term => term.Key, StringComparer.Ordinal)
                    .FirstOrDefault().Key;
            }

            string[] alone = [.. domain.OfType<string>().CountBy(term => term, StringComparer.Ordinal).Where(term => term.Value == 1).Select(term => term.Key)];
            sums = chosen.ToDictionary(term => term, term => Sum(centroids, problem => string.Equals(domain[problem], term, StringComparison.Ordinal)), StringComparer.Ordinal);
            if (round >= 1 && alone.Length > 0)
            {
                chosen.ExceptWith([alone.Order(StringComparer.Ordinal).MinBy(term => domain.Index().Where(d => string.Equals(d.Item, term, StringComparison.Ordinal)).Max(d => terms[d.Index][term]))!]);
                round = 0;
            }
        }

        return domain;
    }

    private static float[] Sum(IReadOnlyList<float[]> centroids, Predicate<int> isMember)
    {
        float[] sum = new float[centroids.Count == 0 ? 0 : centroids[0].Length];
        for (int problem = 0; problem < centroids.Count; problem++)
        {
            if (isMember(problem))
            {
                TensorPrimitives.Add(sum, centroids[problem], sum);
            }
        }

        return sum;
    }

    private static double Nearness(float[] centroid, float[] others)
    {
        float cosine = TensorPrimitives.CosineSimilarity<float>(centroid, others);
        return float.IsNaN(cosine) ? 0 : cosine;
    }

    private static string? SharedName(int[] members, Dictionary<string, double>[] terms, Dictionary<string, int> spread, IReadOnlyList<GroupName> names, SurfaceForms? forms)
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
        return string.Join(' ', chosen.OrderBy(term => both is null ? 0 : Position(both, term)).Select(term => Written(term, labels) ?? forms?.Of(term) ?? term));
    }

    // The label's spelling, but not the capital of its first word; a word of no label is as it is.
    private static string? Written(string term, string[] labels)
    {
        string[] forms = [.. labels.SelectMany(label => label.Split(' ').Skip(1)).Where(word => string.Equals(word, term, StringComparison.OrdinalIgnoreCase))];
        string[] initial = [.. labels.Select(label => label.Split(' ')[0]).Where(word => string.Equals(word, term, StringComparison.OrdinalIgnoreCase) && word.Skip(1).Any(char.IsUpper))];
        return forms.Concat(initial).CountBy(form => form, StringComparer.Ordinal).OrderByDescending(form => form.Value).ThenBy(form => form.Key, StringComparer.Ordinal).FirstOrDefault().Key;
    }

    private static int Position(string label, string term) => Array.FindIndex(label.Split(' '), word => string.Equals(word, term, StringComparison.OrdinalIgnoreCase));

    private static Dictionary<string, int> Spread(Dictionary<string, double>[] terms) => terms.SelectMany(t => t.Keys).CountBy(term => term, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);

    private static double Rarity(string term, Dictionary<string, int> spread, int problems) => Math.Log(1 + ((double)problems / spread[term]));

    // "Mails" and "mail" are one word where both are there, in the form that weighs more: "Teams" is a name.
    private static Dictionary<string, double>[] TermsOf(IReadOnlyList<GroupName> names)
    {
        Dictionary<string, double>[] terms = [.. names.Select(Terms)];
        Dictionary<string, double> all = terms.SelectMany(own => own).GroupBy(t => t.Key, t => t.Value, StringComparer.Ordinal).ToDictionary(t => t.Key, t => t.Sum(), StringComparer.Ordinal);
        return [.. terms.Select(own => own.GroupBy(t => Form(t.Key, all), StringComparer.Ordinal).ToDictionary(t => t.Key, t => t.Max(form => form.Value), StringComparer.Ordinal))];
    }

    private static string Form(string term, Dictionary<string, double> all)
    {
        (string singular, string plural) = term.Length > ShortestSingular && term[^1] == 's' ? (term[..^1], term) : (term, term + 's');
        return all.GetValueOrDefault(plural) > all.GetValueOrDefault(singular) ? plural : all.ContainsKey(singular) ? singular : term;
    }

    private static Dictionary<string, double> Terms(GroupName name)
    {
        Dictionary<string, double> terms = new(StringComparer.Ordinal);
        IEnumerable<KeyValuePair<string, double>> words = name.CommonWords
            ?? name.Keywords.Take(KeywordsOfRank).Where(keyword => !keyword.Contains(' ', StringComparison.Ordinal)).Select((keyword, rank) => KeyValuePair.Create(keyword, 1.0 / (1 + rank)));
        foreach ((string word, double weight) in words.Where(word => !NoField.Contains(word.Key)))
        {
            terms[word] = weight;
        }

        foreach (string word in Tokenizer.Split(name.Label).SelectMany(run => run).Where(word => !NoField.Contains(word) && (terms.ContainsKey(word) || !StopWords.All.Contains(word))))
        {
            terms[word] = NameWeight + terms.GetValueOrDefault(word);
        }

        if (name.Domain is { Length: > 0 } proposal)
        {
            terms[$"{ProposalMark}{proposal.ToUpperInvariant()}"] = ProposalWeight;
        }

        return terms;
    }
}
