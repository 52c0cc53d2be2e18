using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Pipeline.Clustering;

/// <summary>An array of numbers seen as bytes, without a copy.</summary>
/// <param name="values">The array.</param>
/// <typeparam name="T">The elements.</typeparam>
internal sealed unsafe class ArrayBytes<T>(T[] values) : MemoryManager<byte>
    where T : unmanaged
{
    /// <inheritdoc/>
    public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(values.AsSpan());

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        Debug.Assert(elementIndex >= 0 && elementIndex <= (long)values.Length * sizeof(T), "The byte is one of the array.");
        GCHandle handle = GCHandle.Alloc(values, GCHandleType.Pinned);
        return new MemoryHandle((byte*)handle.AddrOfPinnedObject() + elementIndex, handle, this);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }
}
