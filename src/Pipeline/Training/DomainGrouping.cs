using System.Numerics.Tensors;

namespace Pipeline.Training;

/// <summary>
/// Groups problems into domains: those of texts by the words that they share, those of records by average-linkage agglomeration (Sokal and Michener 1958) of their mean
/// vectors under cosine distance, until about the square root of their number is left.
/// </summary>
public static class DomainGrouping
{
    /// <summary>Groups problems so that those of a group share a word that many of their texts have, or the domain that is proposed for them; of several such words the one whose other problems lie nearest.</summary>
    /// <param name="centroids">The mean vector of each problem.</param>
    /// <param name="names">Each problem's name, words and proposed domain.</param>
    /// <returns>The group of each problem, numbered from 0 in the order of their first problem; -1 for one that shares nothing with another.</returns>
    public static int[] Group(IReadOnlyList<float[]> centroids, IReadOnlyList<GroupName> names) => SharedDomains.Group(centroids, names);

    /// <summary>Groups clusters by their vectors alone. Takes O(k³) time and O(k²) memory for k clusters.</summary>
    /// <param name="centroids">The mean vector of each cluster.</param>
    /// <returns>The group of each cluster, numbered from 0 in the order of their first cluster.</returns>
    public static int[] Group(IReadOnlyList<float[]> centroids)
    {
        ArgumentNullException.ThrowIfNull(centroids);
        int count = centroids.Count;
        int wanted = (int)Math.Ceiling(Math.Sqrt(count));
        List<List<int>> groups = [.. Enumerable.Range(0, count).Select(i => new List<int> { i })];
        double[,] distances = Distances(centroids);
        while (groups.Count > wanted)
        {
            (int first, int second) = Nearest(groups, distances);
            groups[first].AddRange(groups[second]);
            groups.RemoveAt(second);
        }

        int[] result = new int[count];
        foreach ((int number, List<int> group) in groups.OrderBy(g => g.Min()).Index())
        {
            foreach (int cluster in group)
            {
                result[cluster] = number;
            }
        }

        return result;
    }

    /// <summary>
    /// Gives domains the ids that most of their incidents had before, and fresh ids to the others.
    /// </summary>
    /// <param name="groups">The group of each problem, -1 for none, as <see cref="Group(IReadOnlyList{float[]}, IReadOnlyList{GroupName})"/> answers.</param>
    /// <param name="problemIds">Each problem's id.</param>
    /// <param name="sizes">Each problem's size.</param>
    /// <param name="earlier">The earlier domain of each earlier problem id.</param>
    /// <param name="nextId">The lowest domain id never used.</param>
    /// <returns>The id of each group, and the lowest id that is still unused.</returns>
    public static (int[] Ids, int NextId) Align(ReadOnlySpan<int> groups, IReadOnlyList<int> problemIds, IReadOnlyList<int> sizes, IReadOnlyDictionary<int, int> earlier, int nextId)
    {
        ArgumentNullException.ThrowIfNull(problemIds);
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(earlier);
        Dictionary<(int Group, int Domain), int> shared = [];
        int groupCount = 0;
        for (int cluster = 0; cluster < groups.Length; cluster++)
        {
            groupCount = Math.Max(groupCount, groups[cluster] + 1);
            if (groups[cluster] >= 0 && earlier.TryGetValue(problemIds[cluster], out int domain))
            {
                (int, int) pair = (groups[cluster], domain);
                shared[pair] = shared.GetValueOrDefault(pair) + sizes[cluster];
            }
        }

        int?[] ids = new int?[groupCount];
        HashSet<int> taken = [];
        foreach (((int group, int domain), _) in shared.OrderByDescending(p => p.Value).ThenBy(p => p.Key.Domain).ThenBy(p => p.Key.Group))
        {
            if (ids[group] is null && taken.Add(domain))
            {
                ids[group] = domain;
            }
        }

        int[] result = new int[groupCount];
        for (int group = 0; group < groupCount; group++)
        {
            result[group] = ids[group] ?? nextId++;
        }

        return (result, nextId);
    }

    private static double[,] Distances(IReadOnlyList<float[]> centroids)
    {
        double[,] distances = new double[centroids.Count, centroids.Count];
        for (int i = 0; i < centroids.Count; i++)
        {
            for (int j = i + 1; j < centroids.Count; j++)
            {
                float similarity = TensorPrimitives.CosineSimilarity<float>(centroids[i], centroids[j]);
                distances[i, j] = distances[j, i] = float.IsNaN(similarity) ? 1 : 1 - similarity;
            }
        }

        return distances;
    }

    private static (int First, int Second) Nearest(List<List<int>> groups, double[,] distances)
    {
        (int First, int Second) nearest = (0, 1);
        double smallest = double.PositiveInfinity;
        for (int a = 0; a < groups.Count; a++)
        {
            for (int b = a + 1; b < groups.Count; b++)
            {
                double sum = 0;
                foreach (int i in groups[a])
                {
                    foreach (int j in groups[b])
                    {
                        sum += distances[i, j];
                    }
                }

                double mean = sum / (groups[a].Count * (double)groups[b].Count);
                if (mean < smallest)
                {
                    (smallest, nearest) = (mean, (a, b));
                }
            }
        }

        return nearest;
    }
}
