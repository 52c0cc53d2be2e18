using System.Globalization;
using System.Text.Json;
using Pipeline.TestSupport;

namespace Pipeline.Clustering.Tests.Storage;

/// <summary>Python reads and writes the format with numpy alone, from its description: length, JSON header, raw little-endian arrays.</summary>
[TestClass]
public sealed class SafeTensorPythonTests
{
    private const string Write = "import sys, json, struct, numpy as np\n" + Numpy.Types + """
        arrays = {'F32': np.arange(-3, 3, dtype='<f4').reshape(2, 3) / 7, 'F64': np.array([np.pi, 1e300]), 'I32': np.array([[-2**31], [2**31 - 1]], '<i4'),
                  'I64': np.array([-2**63, 2**63 - 1], '<i8'), 'U64': np.array([2**64 - 1], '<u8'), 'U8': np.array([[[0, 255]]], '<u1')}
        header, data = {'__metadata__': {'made': 'by numpy'}}, b''
        for name, array in arrays.items():
            raw = array.astype(types[name]).tobytes()
            header[name] = {'dtype': name, 'shape': list(array.shape), 'data_offsets': [len(data), len(data) + len(raw)]}
            data += raw
        text = json.dumps(header).encode()
        open(sys.argv[1], 'wb').write(struct.pack('<Q', len(text)) + text + data)
        """;

    [TestMethod]
    public async Task Numpy_reads_what_the_library_writes()
    {
        Dictionary<string, SafeTensor> arrays = new(StringComparer.Ordinal)
        {
            ["singles"] = SafeTensor.Over<float>([0.1f, -2f, float.MaxValue, float.Epsilon, 5f, 6f], 2, 3),
            ["doubles"] = SafeTensor.From<double>([Math.PI, double.NegativeInfinity], 2),
            ["ints"] = SafeTensor.From<int>([int.MinValue, int.MaxValue], 2, 1),
            ["longs"] = SafeTensor.From<long>([long.MinValue, long.MaxValue], 2),
            ["hashes"] = SafeTensor.From<ulong>([ulong.MaxValue], 1),
            ["bytes"] = SafeTensor.From<byte>([0, 255], 1, 1, 2),
            ["none"] = SafeTensor.From<int>([], 0, 4),
        };
        using JsonDocument read = await ReadByNumpyAsync(stream => SafeTensorFile.WriteAsync(stream, arrays, new Dictionary<string, string>(StringComparer.Ordinal) { ["made by"] = "a test" }));

        read.RootElement.EnumerateObject().Select(array => array.Name).ShouldBe(arrays.Keys, ignoreOrder: true);
        Type(read, "singles").ShouldBe("<f4 [2, 3]");
        Values(read, "singles", text => (float)double.Parse(text, CultureInfo.InvariantCulture)).ShouldBe(arrays["singles"].ToArray<float>());
        Type(read, "doubles").ShouldBe("<f8 [2]");
        Values(read, "doubles", text => text).ShouldBe(["3.141592653589793", "-inf"]);
        Type(read, "ints").ShouldBe("<i4 [2, 1]");
        Values(read, "ints", text => int.Parse(text, CultureInfo.InvariantCulture)).ShouldBe([int.MinValue, int.MaxValue]);
        Values(read, "longs", text => long.Parse(text, CultureInfo.InvariantCulture)).ShouldBe([long.MinValue, long.MaxValue]);
        Values(read, "hashes", text => ulong.Parse(text, CultureInfo.InvariantCulture)).ShouldBe([ulong.MaxValue]);
        Type(read, "bytes").ShouldBe("|u1 [1, 1, 2]");
        Values(read, "bytes", text => text).ShouldBe(["0", "255"]);
        Type(read, "none").ShouldBe("<i4 [0, 4]");
    }

    [TestMethod]
    public async Task The_library_reads_what_numpy_writes()
    {
        string file = Path.GetTempFileName();
        try
        {
            Numpy.Run(Write, file).ShouldNotBeNull();
            await using FileStream stream = File.OpenRead(file);
            IReadOnlyDictionary<string, SafeTensor> read = await SafeTensorFile.ReadAsync(stream);

            read.Count.ShouldBe(6);
            read["F32"].Shape.ShouldBe([2, 3]);
            read["F32"].ToArray<float>().ShouldBe([-3f / 7, -2f / 7, -1f / 7, 0, 1f / 7, 2f / 7]);
            read["F64"].ToArray<double>().ShouldBe([Math.PI, 1e300]);
            read["I32"].ToArray<int>().ShouldBe([int.MinValue, int.MaxValue]);
            read["I64"].ToArray<long>().ShouldBe([long.MinValue, long.MaxValue]);
            read["U64"].ToArray<ulong>().ShouldBe([ulong.MaxValue]);
            read["U8"].Shape.ShouldBe([1, 1, 2]);
            read["U8"].ToArray<byte>().ShouldBe([0, 255]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestMethod]
    public async Task Numpy_reads_a_snapshot_of_subclusters()
    {
        Birch birch = new(2, new BirchOptions { BranchingFactor = 4 });
        birch.InsertMany(TestPoints.Blobs(200, 2, 3, seed: 6));
        using JsonDocument read = await ReadByNumpyAsync(stream => birch.SaveAsync(stream));

        long[] ids = Values(read, "birch.ids", text => long.Parse(text, CultureInfo.InvariantCulture));
        double[] weights = Values(read, "birch.weights", text => double.Parse(text, CultureInfo.InvariantCulture));
        weights.Where((_, entry) => ids[entry] >= 0).ShouldBe(birch.Subclusters().Weights, ignoreOrder: true);
        Type(read, "birch.centroids").ShouldBe($"<f8 [{ids.Length}, 2]");
    }

    private static async Task<JsonDocument> ReadByNumpyAsync(Func<Stream, Task> write)
    {
        string file = Path.GetTempFileName();
        try
        {
            await using (FileStream stream = File.Create(file))
            {
                await write(stream);
            }

            return Numpy.ReadArrays(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Type(JsonDocument read, string name)
    {
        JsonElement array = read.RootElement.GetProperty(name);
        return $"{array.GetProperty("type").GetString()} [{string.Join(", ", array.GetProperty("shape").EnumerateArray().Select(length => length.GetInt64()))}]";
    }

    private static T[] Values<T>(JsonDocument read, string name, Func<string, T> parse) =>
        [.. read.RootElement.GetProperty(name).GetProperty("values").EnumerateArray().Select(value => parse(value.GetString()!))];
}
