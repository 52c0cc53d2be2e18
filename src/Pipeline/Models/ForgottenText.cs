using Pipeline.Clustering;
using Pipeline.Preprocessing;

namespace Pipeline.Models;

/// <summary>Takes texts out of a model version: out of the clusters' examples, out of the table of known texts, and their vectors out of those that new texts are compared with. Ids, names, sizes and measures stay as they were trained.</summary>
public static class ForgottenText
{
    /// <summary>The content without the texts; null where it holds none of them.</summary>
    /// <param name="content">A version's content.</param>
    /// <param name="contentHashes">The SHA-256 of each text in hexadecimal digits.</param>
    public static ModelContent? Without(ModelContent content, IReadOnlySet<string> contentHashes)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(contentHashes);
        ModelCluster[] clusters = [.. content.Clusters.Clusters.Select(cluster => Without(cluster, contentHashes))];
        Dictionary<string, SafeTensor>? arrays = Without(content.Arrays, contentHashes.Select(KnownTexts.Key).ToHashSet());
        bool isExample = clusters.Zip(content.Clusters.Clusters).Any(pair => !ReferenceEquals(pair.First, pair.Second));
        return arrays is null && !isExample ? null : content with { Arrays = arrays ?? content.Arrays, Clusters = content.Clusters with { Clusters = clusters } };
    }

    private static ModelCluster Without(ModelCluster cluster, IReadOnlySet<string> hashes)
    {
        string[] rest = [.. cluster.Examples.Where(example => !hashes.Contains(TextHash.Of(example)))];
        return rest.Length < cluster.Examples.Count ? cluster with { Examples = rest } : cluster;
    }

    private static Dictionary<string, SafeTensor>? Without(IReadOnlyDictionary<string, SafeTensor> arrays, HashSet<ulong> keys)
    {
        ulong[] hashes = KnownTexts.HashesIn(arrays);
        HashSet<int> rows = [.. Enumerable.Range(0, hashes.Length).Where(row => keys.Contains(hashes[row]))];
        if (rows.Count == 0)
        {
            return null;
        }

        Dictionary<string, SafeTensor> rest = new(arrays, StringComparer.Ordinal);
        foreach (string name in KnownTexts.Tensors)
        {
            rest[name] = WithoutRows(rest[name], rows);
        }

        // A member is a text, in the order in which the texts come first; versions of a single layout have no members. New texts are compared with one at least.
        ulong[] distinct = [.. hashes.Distinct()];
        HashSet<int> gone = [.. Enumerable.Range(0, distinct.Length).Where(member => keys.Contains(distinct[member]))];
        foreach (string name in MemberGeometry.MemberTensors)
        {
            if (rest.TryGetValue(name, out SafeTensor? members) && gone.Count < distinct.Length && members.Shape[0] == distinct.Length)
            {
                rest[name] = WithoutRows(members, gone);
            }
        }

        return rest;
    }

    private static SafeTensor WithoutRows(SafeTensor tensor, HashSet<int> rows)
    {
        int count = (int)tensor.Shape[0];
        int size = tensor.Data.Length / count;
        using MemoryStream kept = new(tensor.Data.Length);
        for (int row = 0; row < count; row++)
        {
            if (!rows.Contains(row))
            {
                kept.Write(tensor.Data.Span.Slice(row * size, size));
            }
        }

        return tensor with { Shape = [count - rows.Count, .. tensor.Shape.Skip(1)], Data = kept.ToArray() };
    }
}
