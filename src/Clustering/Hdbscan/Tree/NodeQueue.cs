using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>Numbers in order of arrival, in a ring that grows.</summary>
internal sealed class NodeQueue
{
    private int[] _ring = new int[64];
    private int _first;

    /// <summary>How many numbers wait.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a number at the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int node)
    {
        if (Count == _ring.Length)
        {
            Grow();
        }

        _ring[(_first + Count++) & (_ring.Length - 1)] = node;
    }

    /// <summary>Takes the first number out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take()
    {
        int node = _ring[_first];
        _first = (_first + 1) & (_ring.Length - 1);
        Count--;
        return node;
    }

    private void Grow()
    {
        int[] larger = new int[2 * _ring.Length];
        _ring.AsSpan(_first).CopyTo(larger);
        _ring.AsSpan(0, _first).CopyTo(larger.AsSpan(_ring.Length - _first));
        (_ring, _first) = (larger, 0);
    }
}
