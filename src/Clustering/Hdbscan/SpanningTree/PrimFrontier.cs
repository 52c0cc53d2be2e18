using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// The points that Prim's algorithm can reach next, that of the least weight first and among equal weights that of the least name. A point may be
/// offered again at a smaller weight; its older offers come out later, when the owner has it already. The best of the last offers is kept
/// beside the heap, as it is often taken next. Each node has four children.
/// </summary>
internal sealed class PrimFrontier
{
    private const int Fan = 4;
    private Offer[] _heap = new Offer[64];
    private int _count;
    private Offer _newest;
    private bool _hasNewest;

    /// <summary>Offers a point. O(log offers).</summary>
    /// <param name="weight">The weight at which it can be reached.</param>
    /// <param name="name">Decides between equal weights.</param>
    /// <param name="point">The point.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(double weight, int name, int point)
    {
        Offer offer = new(weight, name, point);
        if (!_hasNewest)
        {
            (_newest, _hasNewest) = (offer, true);
        }
        else if (Precedes(offer, _newest))
        {
            Lift(_newest);
            _newest = offer;
        }
        else
        {
            Lift(offer);
        }
    }

    /// <summary>Takes the first offer out; there must be one. O(log offers).</summary>
    /// <returns>The point.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int TakeFirst()
    {
        bool hadNewest = _hasNewest;
        _hasNewest = false;
        if (hadNewest && (_count == 0 || Precedes(_newest, _heap[0])))
        {
            return _newest.Point;
        }

        int first = _heap[0].Point;
        Sink(hadNewest ? _newest : _heap[--_count]);
        return first;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Lift(in Offer offer)
    {
        if (_count == _heap.Length)
        {
            Array.Resize(ref _heap, _heap.Length + (_heap.Length / 2));
        }

        int at = _count++;
        while (at > 0 && Precedes(offer, _heap[(at - 1) / Fan]))
        {
            _heap[at] = _heap[(at - 1) / Fan];
            at = (at - 1) / Fan;
        }

        _heap[at] = offer;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sink(Offer offer)
    {
        int at = 0;
        while (true)
        {
            int child = (at * Fan) + 1, end = Math.Min(child + Fan, _count);
            if (child >= end)
            {
                break;
            }

            int least = child;
            for (child++; child < end; child++)
            {
                least = Precedes(_heap[child], _heap[least]) ? child : least;
            }

            if (!Precedes(_heap[least], offer))
            {
                break;
            }

            _heap[at] = _heap[least];
            at = least;
        }

        _heap[at] = offer;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Precedes(in Offer a, in Offer b) => a.Weight < b.Weight || (a.Weight == b.Weight && a.Name < b.Name);

    private readonly record struct Offer(double Weight, int Name, int Point);
}
