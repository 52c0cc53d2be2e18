using Pipeline.Clustering;

namespace Pipeline.Models;

/// <summary>Takes one text out of a model version: out of the clusters' examples, out of the table of known texts, and its vector out of those that new texts are compared with. Ids, names, sizes and measures stay as they were trained.</summary>
public static class ForgottenText
{
    /// <summary>The content without the text; null where it does not hold it.</summary>
    /// <param name="content">A version's content.</param>
    /// <param name="contentHash">The SHA-256 of the text in hexadecimal digits.</param>
    /// <param name="text">The masked text.</param>
    public static ModelContent? Without(ModelContent content, string contentHash, string text)
    {
        ArgumentNullException.ThrowIfNull(content);
        ModelCluster[] clusters = [.. content.Clusters.Clusters.Select(cluster => Without(cluster, text))];
        Dictionary<string, SafeTensor>? arrays = Without(content.Arrays, KnownTexts.Key(contentHash));
        bool isExample = clusters.Zip(content.Clusters.Clusters).Any(pair => !ReferenceEquals(pair.First, pair.Second));
        return arrays is null && !isExample ? null : content with { Arrays = arrays ?? content.Arrays, Clusters = content.Clusters with { Clusters = clusters } };
    }

    private static ModelCluster Without(ModelCluster cluster, string text) => cluster.Examples.Contains(text, StringComparer.Ordinal)
        ? cluster with { Examples = [.. cluster.Examples.Where(example => !string.Equals(example, text, StringComparison.Ordinal))] }
        : cluster;

    private static Dictionary<string, SafeTensor>? Without(IReadOnlyDictionary<string, SafeTensor> arrays, ulong key)
    {
        ulong[] hashes = KnownTexts.HashesIn(arrays);
        HashSet<int> rows = [.. Enumerable.Range(0, hashes.Length).Where(row => hashes[row] == key)];
        if (rows.Count == 0)
        {
            return null;
        }

        Dictionary<string, SafeTensor> rest = new(arrays, StringComparer.Ordinal);
        foreach (string name in KnownTexts.Tensors)
        {
            rest[name] = WithoutRows(rest[name], rows);
        }

        // A member is a text, in the order in which the texts come first; versions of a single layout have no members.
        List<ulong> distinct = [.. hashes.Distinct()];
        foreach (string name in MemberGeometry.MemberTensors)
        {
            if (rest.TryGetValue(name, out SafeTensor? members) && distinct.Count > 1 && members.Shape[0] == distinct.Count)
            {
                rest[name] = WithoutRows(members, [distinct.IndexOf(key)]);
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
