using Pipeline.Models;
using Pipeline.Preprocessing;

namespace Pipeline.Training;

/// <summary>
/// Has a training go by the tickets that people moved. After the clustering, a text of which it was said where it belongs goes to the most alike cluster of that problem, and one of which it was said where it
/// does not belong leaves that problem's clusters; a text that is almost the same follows (<see cref="LabelledTickets"/>). A cluster is of the problem that the version before gives most of its incidents.
/// </summary>
internal static class LabelledTraining
{
    /// <summary>Applies what was said. O(texts x labels x dimensions).</summary>
    /// <param name="rows">The window's incidents.</param>
    /// <param name="clustered">Their clusters.</param>
    /// <param name="earlierIds">The cluster that the version before gives each incident, -1 for none.</param>
    /// <param name="corrections">What people decided, over the version before.</param>
    /// <returns>The clusters with those texts elsewhere; the same where there is nothing to move.</returns>
    public static ClusteredIncidents Apply(IReadOnlyList<PreprocessedIncident> rows, ClusteredIncidents clustered, int[] earlierIds, ModelCorrections corrections)
    {
        int[] problems = ProblemsOf(clustered, earlierIds, corrections.Clusters);
        ILookup<int, int> clusters = Enumerable.Range(0, problems.Length).ToLookup(cluster => problems[cluster]);
        LabelledTickets labels = new(corrections.Tickets, (problem, vector) => MostLike(clustered, clusters[problem], vector), cluster => cluster < 0 ? ClusterAssignment.Unclustered : problems[cluster]);
        int[] ofTexts = new int[clustered.Texts.Count];
        Array.Fill(ofTexts, ClusterAssignment.Unclustered);
        for (int row = 0; row < rows.Count; row++)
        {
            ofTexts[clustered.Texts.TextOfRow[row]] = clustered.Labels[row];
        }

        bool[] decided = new bool[ofTexts.Length];
        for (int row = 0; row < rows.Count; row++)
        {
            int text = clustered.Texts.TextOfRow[row];
            ClusterAssignment before = new(ofTexts[text], 0);
            ClusterAssignment answer = labels.OfNumber(rows[row].Number, labels.Decide(rows[row].ContentHash, rows[row].Embedding.Span, before));
            decided[text] |= answer != before;
            ofTexts[text] = answer.ClusterId;
        }

        return !decided.Contains(true) ? clustered : clustered with
        {
            Labels = [.. clustered.Texts.TextOfRow.Select(text => ofTexts[text])],
            Probabilities = [.. clustered.Probabilities.Select((sure, row) => decided[clustered.Texts.TextOfRow[row]] ? 1 : sure)],
            Geometry = clustered.Geometry.WithMembers(ofTexts, decided),
        };
    }

    private static int[] ProblemsOf(ClusteredIncidents clustered, int[] earlierIds, ModelClusters before)
    {
        IReadOnlyDictionary<int, ModelProblem> known = before.ProblemsByCluster();
        Dictionary<int, int>[] votes = [.. clustered.Persistence.Select(_ => new Dictionary<int, int>())];
        foreach ((int row, int cluster) in clustered.Labels.Index())
        {
            if (cluster >= 0 && known.TryGetValue(earlierIds[row], out ModelProblem? problem))
            {
                votes[cluster][problem.Id] = votes[cluster].GetValueOrDefault(problem.Id) + 1;
            }
        }

        return [.. votes.Select(own => own.Count == 0 ? ClusterAssignment.Unclustered : own.OrderByDescending(v => v.Value).ThenBy(v => v.Key).First().Key)];
    }

    private static int MostLike(ClusteredIncidents clustered, IEnumerable<int> clusters, ReadOnlyMemory<float> vector)
    {
        int[] own = [.. clusters];
        return own.Length == 0 ? ClusterAssignment.Unclustered : vector.Length == clustered.Geometry.EmbeddingDimensions ? clustered.Geometry.MostLike(vector.Span, own) : own[0];
    }
}
