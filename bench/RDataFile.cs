using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Pipeline.Bench;

/// <summary>
/// Reads the lists, numbers and names of an <c>.rda</c> file of R: the XDR form of its serialization, versions 2 and 3, packed by gzip (R Internals, section 1.8). Other kinds of values are refused.
/// </summary>
internal sealed class RDataFile
{
    private const int Symbol = 1, Pairs = 2, Characters = 9, Logical = 10, Integers = 13, Doubles = 14, Texts = 16, List = 19;
    private const int Reference = 255, Null = 254;

    private readonly byte[] _bytes;
    private readonly List<string> _symbols = [];
    private int _at = 7;

    private RDataFile(byte[] bytes) => _bytes = bytes;

    /// <summary>Reads the first value that the file keeps.</summary>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public static RValue Read(string path)
    {
        using GZipStream packed = new(File.OpenRead(path), CompressionMode.Decompress);
        using MemoryStream all = new();
        packed.CopyTo(all);
        RDataFile file = new(all.ToArray());
        string begin = Encoding.ASCII.GetString(file._bytes, 0, Math.Min(7, file._bytes.Length));
        if (begin is not ("RDX2\nX\n" or "RDX3\nX\n"))
        {
            throw new InvalidDataException($"'{path}' is no file of R in the XDR form, packed by gzip.");
        }

        int version = file.Number();
        file._at += 8;
        if (version == 3)
        {
            file._at += file.Number();
        }

        return file.Item()!.Attributes.Values.First();
    }

    private int Number()
    {
        int value = BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(_at));
        _at += 4;
        return value;
    }

    private RValue? Item()
    {
        int flags = Number(), kind = flags & 255;
        bool hasAttributes = (flags & 0x200) != 0;
        switch (kind)
        {
            case Null or 241 or 242 or 251 or 253:
                return null;
            case Reference:
                return new RValue(Text: _symbols[((flags >> 8) == 0 ? Number() : flags >> 8) - 1]);
            case Symbol:
                _symbols.Add(Item()!.Text!);
                return new RValue(Text: _symbols[^1]);
            case Pairs:
                return new RValue { Attributes = PairsFrom(flags) };
            case Characters:
                int length = Number();
                _at += Math.Max(0, length);
                return new RValue(Text: length < 0 ? "" : Encoding.UTF8.GetString(_bytes, _at - length, length));
            case Logical or Integers:
                double[] whole = [.. Enumerable.Range(0, Number()).Select(_ => (double)Number())];
                return new RValue(Numbers: whole) { Attributes = AttributesOf(hasAttributes) };
            case Doubles:
                double[] numbers = [.. Enumerable.Range(0, Number()).Select(_ => BinaryPrimitives.ReadDoubleBigEndian(_bytes.AsSpan((_at += 8) - 8)))];
                return new RValue(Numbers: numbers) { Attributes = AttributesOf(hasAttributes) };
            case Texts or List:
                RValue?[] items = [.. Enumerable.Range(0, Number()).Select(_ => Item())];
                return new RValue(Items: items) { Attributes = AttributesOf(hasAttributes) };
            default:
                throw new InvalidDataException($"A value of kind {kind} at byte {_at} cannot be read.");
        }
    }

    private Dictionary<string, RValue> AttributesOf(bool has) => has ? Item()!.Attributes : [];

    // A chain of pairs, each a tag and a value; the flags of the first were read.
    private Dictionary<string, RValue> PairsFrom(int flags)
    {
        Dictionary<string, RValue> pairs = new(StringComparer.Ordinal);
        while ((flags & 255) == Pairs)
        {
            _ = AttributesOf((flags & 0x200) != 0);
            string tag = (flags & 0x400) != 0 ? Item()!.Text! : $"{pairs.Count}";
            if (Item() is RValue value)
            {
                pairs[tag] = value;
            }

            flags = Number();
        }

        return pairs;
    }
}

/// <summary>A value of R.</summary>
/// <param name="Text">Of a name or a text.</param>
/// <param name="Numbers">Of a vector of numbers.</param>
/// <param name="Items">Of a list, or a vector of texts.</param>
internal sealed record RValue(string? Text = null, double[]? Numbers = null, IReadOnlyList<RValue?>? Items = null)
{
    /// <summary>What is attached to it by name.</summary>
    public Dictionary<string, RValue> Attributes { get; init; } = [];

    /// <summary>The members of a list by name.</summary>
    public IEnumerable<(string Name, RValue Value)> Members => Attributes["names"].Items!.Select(n => n!.Text!).Zip(Items!).Where(m => m.Second is not null).Select(m => (m.First, m.Second!));

    /// <summary>A member of a list.</summary>
    public RValue this[string name] => Members.First(m => string.Equals(m.Name, name, StringComparison.Ordinal)).Value;
}
