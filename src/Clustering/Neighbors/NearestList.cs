using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>The k nearest candidates seen so far, kept sorted in memory that the caller owns; an earlier candidate wins a tie.</summary>
internal readonly ref struct NearestList
{
    private readonly Span<int> _indices;
    private readonly Span<double> _squares;

    private NearestList(Span<int> indices, Span<double> squares)
    {
        _indices = indices;
        _squares = squares;
    }

    /// <summary>The squared distance that a candidate must stay below.</summary>
    public double Limit => _squares[^1];

    /// <summary>Starts an empty list.</summary>
    public static NearestList Start(Span<int> indices, Span<double> squares)
    {
        indices.Fill(-1);
        squares.Fill(double.PositiveInfinity);
        return new NearestList(indices, squares);
    }

    /// <summary>Goes on with a list left in memory.</summary>
    public static NearestList Resume(Span<int> indices, Span<double> squares) => new(indices, squares);

    /// <summary>Takes a candidate in if it is near enough. O(k).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Offer(int index, double squared)
    {
        int at = _squares.Length - 1;
        if (!(squared < _squares[at]))
        {
            return;
        }

        for (; at > 0 && _squares[at - 1] > squared; at--)
        {
            _squares[at] = _squares[at - 1];
            _indices[at] = _indices[at - 1];
        }

        _squares[at] = squared;
        _indices[at] = index;
    }

    /// <summary>Takes a candidate in if it is near enough; the lowest index wins a tie, whatever the order of the offers. O(k).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void OfferOrdered(int index, double squared)
    {
        int at = _squares.Length - 1;
        if (!Precedes(index, squared, at))
        {
            return;
        }

        for (; at > 0 && Precedes(index, squared, at - 1); at--)
        {
            _squares[at] = _squares[at - 1];
            _indices[at] = _indices[at - 1];
        }

        _squares[at] = squared;
        _indices[at] = index;
    }

    private bool Precedes(int index, double squared, int at) => squared < _squares[at] || (squared == _squares[at] && index < _indices[at]);
}
