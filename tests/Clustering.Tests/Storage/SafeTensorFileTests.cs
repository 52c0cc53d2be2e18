using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Clustering.Tests.Storage;

[TestClass]
public sealed class SafeTensorFileTests
{
    private static readonly Dictionary<string, SafeTensor> Sample = new(StringComparer.Ordinal)
    {
        ["b"] = SafeTensor.From<float>([1.5f, -2f, float.NaN, 4f, 5f, 6f], 2, 3),
        ["a"] = SafeTensor.From<double>([Math.PI], 1),
        ["none"] = SafeTensor.From<int>([], 0, 4),
        ["hash"] = SafeTensor.From<ulong>([ulong.MaxValue], 1),
    };

    [TestMethod]
    public async Task What_is_written_is_read_back()
    {
        using MemoryStream stream = new();
        await SafeTensorFile.WriteAsync(stream, Sample, new Dictionary<string, string>(StringComparer.Ordinal) { ["made by"] = "a test" });
        stream.Position = 0;

        IReadOnlyDictionary<string, SafeTensor> read = await SafeTensorFile.ReadAsync(stream);

        read.Keys.ShouldBe(Sample.Keys, ignoreOrder: true);
        read["b"].Shape.ShouldBe([2, 3]);
        read["b"].ToArray<float>().ShouldBe([1.5f, -2f, float.NaN, 4f, 5f, 6f]);
        read["a"].ToArray<double>().ShouldBe([Math.PI]);
        read["none"].ToArray<int>().ShouldBeEmpty();
        read["hash"].ToArray<ulong>().ShouldBe([ulong.MaxValue]);
    }

    [TestMethod]
    public async Task The_header_is_json_that_other_readers_understand()
    {
        using MemoryStream stream = new();
        await SafeTensorFile.WriteAsync(stream, Sample);
        byte[] bytes = stream.ToArray();
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        string header = Encoding.UTF8.GetString(bytes, 8, length);

        length.ShouldSatisfyAllConditions(l => (l % 8).ShouldBe(0));
        header.ShouldContain("\"b\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[8,32]}");
    }

    [TestMethod]
    public async Task Equal_arrays_make_equal_files_whatever_their_order()
    {
        using MemoryStream first = new();
        using MemoryStream second = new();
        await SafeTensorFile.WriteAsync(first, Sample);
        await SafeTensorFile.WriteAsync(second, Sample.Reverse().ToDictionary(StringComparer.Ordinal));
        first.ToArray().ShouldBe(second.ToArray());
    }

    [TestMethod]
    [DataRow(4, DisplayName = "in the length")]
    [DataRow(60, DisplayName = "in the header")]
    [DataRow(-3, DisplayName = "in the data")]
    public async Task A_truncated_file_is_refused(int keep)
    {
        using MemoryStream stream = new();
        await SafeTensorFile.WriteAsync(stream, Sample);
        byte[] all = stream.ToArray();
        using MemoryStream cut = new(all, 0, keep > 0 ? keep : all.Length + keep);

        InvalidDataException error = await Should.ThrowAsync<InvalidDataException>(() => SafeTensorFile.ReadAsync(cut));
        error.Message.ShouldContain("too early");
    }

    [TestMethod]
    [DataRow("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}")]
    [DataRow("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}")]
    [DataRow("not json")]
    public async Task A_header_that_makes_no_sense_is_refused(string header)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        byte[] bytes = [.. BitConverter.GetBytes((ulong)text.Length), .. text, 0, 0, 0, 0, 0, 0, 0, 0];
        using MemoryStream stream = new(bytes);
        await Should.ThrowAsync<InvalidDataException>(() => SafeTensorFile.ReadAsync(stream));
    }

    [TestMethod]
    public void A_shape_that_does_not_fit_its_values_is_refused() =>
        Should.Throw<ArgumentException>(() => SafeTensor.From<float>([1f, 2f, 3f], 2, 2)).Message.ShouldContain("[2, 2]");

    [TestMethod]
    public void Elements_are_not_read_as_another_type() =>
        Should.Throw<InvalidDataException>(() => Sample["a"].ToArray<float>());
}
