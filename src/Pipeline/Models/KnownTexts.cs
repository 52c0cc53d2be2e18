using System.Globalization;
using Pipeline.Clustering;

namespace Pipeline.Models;

/// <summary>
/// The texts a model was trained on with the answer it gave each: the same text always gets the same answer, without any arithmetic.
/// Texts are known by the first 64 bits of their content hash.
/// </summary>
public sealed class KnownTexts
{
    private const string HashTensor = "texts.hash";
    private const string ClusterTensor = "texts.cluster";
    private const string ConfidenceTensor = "texts.confidence";
    private const string MapTensor = "texts.map";

    /// <summary>The arrays with a row for each training incident.</summary>
    internal static readonly string[] Tensors = [HashTensor, ClusterTensor, ConfidenceTensor, MapTensor];

    private readonly ulong[] _hashes;
    private readonly int[] _clusters;
    private readonly float[] _confidences;
    private readonly float[] _map;
    private readonly Dictionary<ulong, int> _firstRows;

    /// <summary>Makes the table of one training.</summary>
    /// <param name="hashes">Each training incident's <see cref="Key"/>.</param>
    /// <param name="clusters">Each one's cluster id, -1 for none; equal texts have equal ids.</param>
    /// <param name="confidences">Each one's confidence, 0 to 1.</param>
    /// <param name="map">Each one's place on the cluster map: two numbers.</param>
    public KnownTexts(ulong[] hashes, int[] clusters, float[] confidences, float[] map)
    {
        ArgumentNullException.ThrowIfNull(hashes);
        ArgumentNullException.ThrowIfNull(clusters);
        ArgumentNullException.ThrowIfNull(confidences);
        ArgumentNullException.ThrowIfNull(map);
        if (clusters.Length != hashes.Length || confidences.Length != hashes.Length || map.Length != 2 * hashes.Length)
        {
            throw new InvalidDataException($"The tables of known texts differ in length: {hashes.Length}, {clusters.Length}, {confidences.Length}, {map.Length} / 2.");
        }

        (_hashes, _clusters, _confidences, _map) = (hashes, clusters, confidences, map);
        _firstRows = new Dictionary<ulong, int>(hashes.Length);
        for (int row = 0; row < hashes.Length; row++)
        {
            _firstRows.TryAdd(hashes[row], row);
        }
    }

    /// <summary>The cluster ids of the training incidents, -1 for none.</summary>
    public IReadOnlyList<int> ClusterIds => _clusters;

    /// <summary>The training incidents.</summary>
    public int Count => _hashes.Length;

    /// <summary>A content hash as the table's key: its first 16 hexadecimal digits.</summary>
    public static ulong Key(string contentHash)
    {
        ArgumentNullException.ThrowIfNull(contentHash);
        return ulong.Parse(contentHash.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }

    /// <summary>The answer for a text; null where the model was not trained on it.</summary>
    public ClusterAssignment? Find(string contentHash) =>
        _firstRows.TryGetValue(Key(contentHash), out int row) ? new ClusterAssignment(_clusters[row], _confidences[row]) : null;

    /// <summary>The places on the cluster map of the training incidents with each text, in training order.</summary>
    public ILookup<ulong, (float X, float Y)> Places() =>
        Enumerable.Range(0, Count).ToLookup(row => _hashes[row], row => (_map[2 * row], _map[(2 * row) + 1]));

    /// <summary>The key of each training incident's text.</summary>
    internal static ulong[] HashesIn(IReadOnlyDictionary<string, SafeTensor> arrays) => arrays.Get<ulong>(HashTensor);

    internal static KnownTexts Read(IReadOnlyDictionary<string, SafeTensor> arrays) =>
        new(arrays.Get<ulong>(HashTensor), arrays.Get<int>(ClusterTensor), arrays.Get<float>(ConfidenceTensor, confidence => confidence is >= 0 and <= 1, "from 0 to 1"), arrays.GetFinite<float>(MapTensor));

    internal void Write(Dictionary<string, SafeTensor> arrays)
    {
        arrays[HashTensor] = SafeTensor.From<ulong>(_hashes, Count);
        arrays[ClusterTensor] = SafeTensor.From<int>(_clusters, Count);
        arrays[ConfidenceTensor] = SafeTensor.From<float>(_confidences, Count);
        arrays[MapTensor] = SafeTensor.From<float>(_map, Count, 2);
    }
}
