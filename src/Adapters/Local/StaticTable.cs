using System.Text;
using Pipeline.Clustering;

namespace Pipeline.Adapters.Local;

/// <summary>
/// The vectors of the tokens of an English vocabulary, made from a sentence model by tools/StaticEmbeddings and kept in this assembly: 256 signed bytes and a scale a token, 8 MB.
/// Immutable.
/// </summary>
internal sealed class StaticTable
{
    /// <summary>Values per token.</summary>
    public const int Dimensions = 256;

    /// <summary>The name of the table among the assembly's resources.</summary>
    public const string Resource = "Pipeline.Adapters.Local.static-minilm-256.safetensors";

    private static readonly Lazy<StaticTable> Loaded = new(Load);

    private readonly float[] _scales;
    private readonly ReadOnlyMemory<byte> _values;

    private StaticTable(IReadOnlyDictionary<string, SafeTensor> arrays)
    {
        _scales = arrays["scales"].ToArray<float>();
        _values = arrays["vectors"].Data;
        Vocabulary = Encoding.UTF8.GetString(arrays["tokens"].Data.Span).Split('\n');
        Tokens = new WordPiece(Vocabulary);
    }

    /// <summary>The table, read when it is first asked for.</summary>
    public static StaticTable Instance => Loaded.Value;

    /// <summary>The tokens in the order of their numbers.</summary>
    public IReadOnlyList<string> Vocabulary { get; }

    /// <summary>Cuts texts into the table's tokens.</summary>
    public WordPiece Tokens { get; }

    /// <summary>Adds a token's vector to a sum; tokens that say nothing have the zero vector.</summary>
    public void Add(int token, Span<float> sum)
    {
        float scale = _scales[token];
        ReadOnlySpan<byte> values = _values.Span.Slice(token * Dimensions, Dimensions);
        for (int d = 0; d < Dimensions; d++)
            sum[d] += (sbyte)values[d] * scale;
    }

    private static StaticTable Load()
    {
        using Stream resource = typeof(StaticTable).Assembly.GetManifestResourceStream(Resource)!;
        return new StaticTable(SafeTensorFile.ReadAsync(resource).GetAwaiter().GetResult());
    }
}
