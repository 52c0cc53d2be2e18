using System.Security.Cryptography;
using System.Text;
using Pipeline.Encryption;

namespace Pipeline.Tests.Encryption;

/// <summary>What is sealed can be read with its key alone, and nothing of it can be changed, cut off, moved or repeated.</summary>
[TestClass]
public sealed class EnvelopeSealTests
{
    private const int Chunk = 64 * 1024;
    private const string Name = "backups/b/objects/00000001";
    private readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal) { ["2026a"] = NewKey(), ["2026b"] = NewKey() };
    private string? _current = "2026a";

    private EnvelopeSeal Seal => new(() => new EnvelopeKeys(_current, _keys.GetValueOrDefault));

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(Chunk - 1)]
    [DataRow(Chunk)]
    [DataRow(Chunk + 1)]
    [DataRow(3 * Chunk)]
    public async Task Content_of_any_length_comes_back_from_memory_and_from_a_stream(int length)
    {
        byte[] content = RandomNumberGenerator.GetBytes(length);

        byte[] inMemory = Seal.Seal(Name, content), streamed = await EncryptAsync(content);

        Seal.Open(Name, inMemory).ShouldBe(content);
        Seal.Open(Name, streamed).ShouldBe(content);
        (await DecryptAsync(inMemory)).ShouldBe(content);
        (await DecryptAsync(streamed)).ShouldBe(content);
        streamed.Length.ShouldBe(inMemory.Length);
        streamed.ShouldNotBe(inMemory, "each file has a key of its own");
    }

    [TestMethod]
    public async Task Whatever_is_changed_cut_off_moved_or_repeated_is_found()
    {
        byte[] sound = await EncryptAsync(RandomNumberGenerator.GetBytes((3 * Chunk) + 100));
        int header = sound.Length - (3 * (Chunk + 16)) - 116;
        byte[] first = Slice(0), second = Slice(1), third = Slice(2), last = sound[^116..];
        List<byte[]> others =
        [
            sound[..header], sound[..(header + 5)], sound[..^1], sound[..^116], [.. sound, 0], [.. sound, .. last],
            [.. sound[..header], .. second, .. first, .. third, .. last], [.. sound[..header], .. first, .. first, .. third, .. last], [.. sound[..header], .. second, .. third, .. last],
        ];
        foreach (int at in (int[])[.. Enumerable.Range(0, header), header, header + Chunk, header + Chunk + 16 + 7, sound.Length - 1])
        {
            byte[] flipped = [.. sound];
            flipped[at] ^= 0x20;
            others.Add(flipped);
        }

        foreach (byte[] other in others)
        {
            Should.Throw<InvalidDataException>(() => Seal.Open(Name, other)).Message.ShouldContain(Name);
            (await Should.ThrowAsync<InvalidDataException>(() => DecryptAsync(other))).Message.ShouldContain(Name);
        }

        Should.Throw<InvalidDataException>(() => Seal.Open("backups/b/objects/00000002", sound));

        byte[] Slice(int i) => sound[(header + (i * (Chunk + 16)))..(header + ((i + 1) * (Chunk + 16)))];
    }

    [TestMethod]
    public async Task A_missing_key_and_another_one_of_the_same_id_are_named()
    {
        byte[] content = await EncryptAsync("text"u8.ToArray());
        string key = _keys["2026a"];
        _keys.Remove("2026a");
        Should.Throw<InvalidDataException>(() => Seal.Open(Name, content)).Message.ShouldContain("Encryption:Keys:2026a is missing");

        _keys["2026a"] = _keys["2026b"];
        Should.Throw<InvalidDataException>(() => Seal.Open(Name, content)).Message.ShouldContain("the key of that id that is there is another one");
        (await Should.ThrowAsync<InvalidDataException>(() => Seal.RequireKeyAsync(Name, new MemoryStream(content)))).Message.ShouldContain("2026a");

        _keys["2026a"] = key[..20];
        Should.Throw<InvalidDataException>(() => Seal.Open(Name, content)).Message.ShouldContain("is not 32 bytes in base64");
    }

    [TestMethod]
    public async Task Another_key_takes_over_with_a_new_header_alone()
    {
        byte[] content = RandomNumberGenerator.GetBytes(Chunk + 5), before = await EncryptAsync(content);
        _current = "2026b";

        byte[] after = Seal.Rewrap(Name, before).ShouldNotBeNull();

        after[^(Chunk + 5 + 32)..].ShouldBe(before[^(Chunk + 5 + 32)..]);
        (await Seal.RewrapAsync(Name, new MemoryStream(before))).ShouldNotBeNull().Length.ShouldBe(after.Length - (Chunk + 5 + 32));
        (await Seal.RewrapAsync(Name, new MemoryStream(after))).ShouldBeNull();
        Seal.Rewrap(Name, after).ShouldBeNull("the present key wraps it already");
        _keys.Remove("2026a");
        Seal.Open(Name, after).ShouldBe(content);
    }

    [TestMethod]
    public void Memory_does_not_grow_with_the_content()
    {
        const int megabytes = 64;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Seal.EncryptAsync(Name, new Zeros(megabytes << 20), Stream.Null).IsCompletedSuccessfully.ShouldBeTrue();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20);
    }

    [TestMethod]
    public void What_the_first_version_sealed_is_read_and_sealed_anew()
    {
        _keys["k1"] = Convert.ToBase64String([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        byte[] encrypted = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Encryption", "first-sealed.bin")), plain = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Encryption", "first-plain.bin"));
        const string name = "streams/desk/log/00000000000000000001";
        const string text = "the content of a log";

        Encoding.UTF8.GetString(Seal.Open(name, encrypted)).ShouldBe(text);
        Encoding.UTF8.GetString(Seal.Open(name, plain)).ShouldBe(text);
        Encoding.UTF8.GetString(Seal.Open(name, Seal.Rewrap(name, encrypted).ShouldNotBeNull())).ShouldBe(text);
        Encoding.UTF8.GetString(Seal.Open(name, Seal.Rewrap(name, plain).ShouldNotBeNull())).ShouldBe(text);
        encrypted[^1] ^= 1;
        Should.Throw<InvalidDataException>(() => Seal.Open(name, encrypted)).Message.ShouldContain("damaged");
        _keys.Remove("k1");
        Should.Throw<InvalidDataException>(() => Seal.Open(name, encrypted)).Message.ShouldContain("Encryption:Keys:k1");
    }

    [TestMethod]
    public void Without_a_key_a_hash_finds_every_changed_bit()
    {
        _current = null;
        byte[] sealedContent = Seal.Seal(Name, "text"u8);
        Seal.Open(Name, sealedContent).ShouldBe("text"u8.ToArray());
        for (int i = 0; i < sealedContent.Length * 8; i++)
        {
            byte[] flipped = [.. sealedContent];
            flipped[i / 8] ^= (byte)(1 << (i % 8));
            Should.Throw<InvalidDataException>(() => Seal.Open(Name, flipped));
        }
    }

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private async Task<byte[]> EncryptAsync(byte[] content)
    {
        using MemoryStream target = new();
        await Seal.EncryptAsync(Name, new MemoryStream(content), target);
        return target.ToArray();
    }

    private async Task<byte[]> DecryptAsync(byte[] content)
    {
        using MemoryStream target = new();
        await Seal.DecryptAsync(Name, new MemoryStream(content), target);
        return target.ToArray();
    }

    private sealed class Zeros(long length) : MemoryStream
    {
        private long _left = length;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = (int)Math.Min(buffer.Length, _left);
            _left -= count;
            buffer.Span[..count].Clear();
            return ValueTask.FromResult(count);
        }
    }
}
