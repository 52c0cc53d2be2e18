namespace Pipeline.Training;

/// <summary>Finds the domain that a group of clusters is proposed to be.</summary>
internal static class ProposedDomains
{
    /// <summary>
    /// The domain that is proposed for clusters with more than half of a group's incidents, in the wording of the largest of them; null where there is none.
    /// Wordings that differ in case only are the same.
    /// </summary>
    /// <param name="groups">The group of each cluster.</param>
    /// <param name="groupCount">How many groups there are.</param>
    /// <param name="sizes">Each cluster's size.</param>
    /// <param name="names">Each cluster's name with the proposed domain.</param>
    public static string?[] Majority(int[] groups, int groupCount, int[] sizes, IReadOnlyList<GroupName> names)
    {
        string?[] result = new string?[groupCount];
        for (int group = 0; group < groupCount; group++)
        {
            int[] clusters = [.. Enumerable.Range(0, groups.Length).Where(cluster => groups[cluster] == group)];
            long half = clusters.Sum(cluster => (long)sizes[cluster]) / 2;
            IGrouping<string, int>? winner = clusters.Where(cluster => names[cluster].Domain is not null)
                .GroupBy(cluster => names[cluster].Domain!, StringComparer.OrdinalIgnoreCase)
                .FirstOrDefault(proposal => proposal.Sum(cluster => (long)sizes[cluster]) > half);
            result[group] = winner is null ? null : names[winner.MaxBy(cluster => sizes[cluster])].Domain;
        }

        return result;
    }
}
