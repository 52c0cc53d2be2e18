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
    [DataRow("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,8]}}", DisplayName = "one name twice")]
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

    [TestMethod]
    [DataRow("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", "takes 12 bytes, but claims 8")]
    [DataRow("{\"a\":{\"dtype\":\"U8\",\"shape\":[2000000000],\"data_offsets\":[0,2000000000]}}", "ends 1999999992 bytes too early")]
    public async Task A_claim_that_cannot_hold_is_refused_before_memory_is_taken(string header, string message)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        using MemoryStream stream = new([.. BitConverter.GetBytes((ulong)text.Length), .. text, 0, 0, 0, 0, 0, 0, 0, 0]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        (await Should.ThrowAsync<InvalidDataException>(() => SafeTensorFile.ReadAsync(stream))).Message.ShouldContain(message);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(10_000_000);
    }

    [TestMethod]
    public async Task Writing_takes_no_memory_beside_the_arrays()
    {
        float[] values = new float[8_000_000];
        Dictionary<string, SafeTensor> arrays = new(StringComparer.Ordinal) { ["values"] = SafeTensor.Over(values, 1000, 8000) };
        long before = GC.GetAllocatedBytesForCurrentThread();
        await SafeTensorFile.WriteAsync(Stream.Null, arrays);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(100_000);
    }

    [TestMethod]
    public async Task Reading_takes_the_arrays_memory_once()
    {
        using MemoryStream stream = new();
        await SafeTensorFile.WriteAsync(stream, new Dictionary<string, SafeTensor>(StringComparer.Ordinal) { ["values"] = SafeTensor.Over(new long[1_000_000], 1_000_000) });
        stream.Position = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        IReadOnlyDictionary<string, SafeTensor> read = await SafeTensorFile.ReadAsync(stream);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeInRange(8_000_000, 8_100_000);
        read.Count.ShouldBe(1);
    }

    [TestMethod]
    public async Task The_next_array_is_read_when_it_is_asked_for()
    {
        using MemoryStream stream = new();
        await SafeTensorFile.WriteAsync(stream, Enumerable.Range(0, 5).ToDictionary(i => $"array{i}", i => SafeTensor.From<int>(new int[100 * (i + 1)], 100 * (i + 1)), StringComparer.Ordinal));
        stream.Position = 0;
        long left = stream.Length, arrays = 0;
        await foreach ((string name, SafeTensor tensor) in SafeTensorFile.ReadEachAsync(stream))
        {
            name.ShouldBe($"array{arrays++}");
            left = stream.Length - stream.Position;
            left.ShouldBe(Enumerable.Range((int)arrays, 5 - (int)arrays).Sum(i => 400L * (i + 1)));
            tensor.Data.Length.ShouldBe(400 * (int)arrays);
        }

        left.ShouldBe(0);
    }

    [TestMethod]
    public async Task A_stream_that_gives_a_few_bytes_at_a_time_is_read_whole()
    {
        using MemoryStream whole = new();
        await SafeTensorFile.WriteAsync(whole, Sample);
        using TricklingStream stream = new(whole.ToArray());
        (await SafeTensorFile.ReadAsync(stream))["b"].ToArray<float>().ShouldBe([1.5f, -2f, float.NaN, 4f, 5f, 6f]);
    }

    /// <summary>Bytes as a network brings them: seven at most, no length, no way back.</summary>
    private sealed class TricklingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(7, buffer.Length)], cancellationToken);
    }
}
