using System.Text;
using Pipeline.Access;
using Pipeline.Incidents;

namespace Pipeline.Problems;

/// <summary>
/// Groups the close notes of incidents by what they say: first those of the same words, whatever the case, the numbers and the punctuation, then those that share most of their words with a more frequent one
/// (Jaccard index). O(notes x groups): only the most frequent notes lead a group.
/// </summary>
internal static class FrequentNotes
{
    private const int MostLeaders = 200;
    private const int MostShown = 8;
    private const int LongestShown = 400;
    private const int Examples = 3;
    private const double SameNote = 0.6;

    /// <summary>The notes that come more than once, the most frequent first.</summary>
    /// <param name="incidents">Incidents with close notes, the newest first.</param>
    /// <param name="texts">The form in which notes are shown. Those of the same masked words are one, whatever was masked.</param>
    public static ResolutionSummary Of(IReadOnlyList<StoredIncident> incidents, TextView texts)
    {
        Dictionary<string, (string? Note, string Key)> known = new(StringComparer.Ordinal);
        Dictionary<string, Group> byWords = new(StringComparer.Ordinal);
        int read = 0;
        foreach (StoredIncident incident in incidents.Where(i => !string.IsNullOrEmpty(i.Incident.CloseNotes)))
        {
            if (!known.TryGetValue(incident.Incident.CloseNotes!, out (string? Note, string Key) shown))
            {
                string? note = texts.CloseNotes(incident);
                known[incident.Incident.CloseNotes!] = shown = (note, note is null ? "" : WordsOf(note));
            }

            if (shown.Key.Length > 0)
            {
                read++;
                (byWords.TryGetValue(shown.Key, out Group? group) ? group : byWords[shown.Key] = new Group(shown.Note!, shown.Key)).Add(incident);
            }
        }

        List<Group> leaders = [];
        foreach (Group group in byWords.Values.OrderByDescending(g => g.Incidents.Count).ThenBy(g => g.Key, StringComparer.Ordinal))
        {
            if (leaders.Select(leader => (Leader: leader, Likeness: leader.LikenessTo(group))).Where(l => l.Likeness >= SameNote).OrderByDescending(l => l.Likeness).Select(l => l.Leader).FirstOrDefault() is Group like)
            {
                like.Add(group);
            }
            else if (leaders.Count < MostLeaders)
            {
                leaders.Add(group);
            }
        }

        return new ResolutionSummary(read, [.. leaders.Where(g => g.Incidents.Count > 1).OrderByDescending(g => g.Incidents.Count).ThenBy(g => g.Key, StringComparer.Ordinal).Take(MostShown).Select(g => g.Shown(read))]);
    }

    // What stands in place of a datum is a word of its own; a number is one whatever its digits.
    private static string WordsOf(string note)
    {
        StringBuilder words = new(note.Length);
        bool isNumber = false;
        foreach (char c in note)
        {
            if (char.IsLetter(c) || c is '<' or '>')
            {
                words.Append(char.ToLowerInvariant(c));
                isNumber = false;
            }
            else if (char.IsDigit(c))
            {
                if (!isNumber)
                {
                    words.Append('#');
                    isNumber = true;
                }
            }
            else
            {
                isNumber = false;
                if (words.Length > 0 && words[^1] != ' ')
                {
                    words.Append(' ');
                }
            }
        }

        return words.ToString().TrimEnd();
    }

    private sealed class Group(string note, string key)
    {
        private readonly HashSet<string> _words = [.. key.Split(' ')];

        public string Key => key;

        public List<StoredIncident> Incidents { get; } = [];

        public void Add(StoredIncident incident) => Incidents.Add(incident);

        public void Add(Group like) => Incidents.AddRange(like.Incidents);

        public double LikenessTo(Group other)
        {
            int shared = other._words.Count(_words.Contains);
            return shared / (double)(_words.Count + other._words.Count - shared);
        }

        public Resolution Shown(int all) => new(
            note.Length <= LongestShown ? note : note[..LongestShown] + "…",
            Incidents.Count,
            Math.Round(Incidents.Count / (double)all, 4),
            Incidents.Max(i => i.Incident.ResolvedOn),
            [.. Incidents.OrderByDescending(i => i.Incident.CreatedOn).Take(Examples).Select(i => i.Incident.Number)]);
    }
}

/// <summary>How the incidents of a problem were resolved.</summary>
/// <param name="Read">The incidents whose close notes were read: the newest that have any.</param>
/// <param name="Frequent">The notes that come more than once, the most frequent first.</param>
public sealed record ResolutionSummary(int Read, IReadOnlyList<Resolution> Frequent);

/// <summary>A close note that several incidents have, word for word or nearly.</summary>
/// <param name="Note">Its text in the most frequent form: masked, unless the caller may see it as it came.</param>
/// <param name="Incidents">How many incidents have it.</param>
/// <param name="Share">They by all that were read, 0 to 1.</param>
/// <param name="LastUsed">When the last of them was resolved, in UTC; null where the source does not say.</param>
/// <param name="Examples">The numbers of some, the newest first.</param>
public sealed record Resolution(string Note, int Incidents, double Share, DateTimeOffset? LastUsed, IReadOnlyList<string> Examples);
