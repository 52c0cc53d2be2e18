using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Streams;

/// <summary>The ids of the newest items, whether the items are kept or not: eight bytes of each id's SHA-256. Of a million ids two are taken for one with a probability of 3e-8.</summary>
internal sealed class KnownIds
{
    private readonly Queue<ulong> _order = new();
    private readonly HashSet<ulong> _ids = [];

    /// <summary>Begins, or goes on.</summary>
    public KnownIds(byte[]? data = null)
    {
        for (int at = 0; at < data?.Length; at += sizeof(ulong))
        {
            ulong id = BinaryPrimitives.ReadUInt64LittleEndian(data.AsSpan(at));
            _order.Enqueue(id);
            _ids.Add(id);
        }
    }

    /// <summary>All of it.</summary>
    public byte[] Data
    {
        get
        {
            byte[] data = new byte[_order.Count * sizeof(ulong)];
            foreach ((int at, ulong id) in _order.Index())
            {
                BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(at * sizeof(ulong)), id);
            }

            return data;
        }
    }

    /// <summary>Whether an id is among them.</summary>
    public bool Contains(string id) => _ids.Contains(Of(id));

    /// <summary>Adds an id.</summary>
    /// <param name="id">The id.</param>
    /// <param name="most">How many are remembered; the oldest are forgotten.</param>
    public void Add(string id, int most)
    {
        ulong hash = Of(id);
        if (_ids.Add(hash))
        {
            _order.Enqueue(hash);
        }

        while (_order.Count > most)
        {
            _ids.Remove(_order.Dequeue());
        }
    }

    private static ulong Of(string id)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(id), hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
