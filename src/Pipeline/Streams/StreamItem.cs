using System.Collections.ObjectModel;

namespace Pipeline.Streams;

/// <summary>An item of a stream, masked and embedded.</summary>
/// <param name="Id">What its sender calls it; of items with one id the first counts.</param>
/// <param name="Text">Its masked text.</param>
/// <param name="Time">When it occurred, in UTC.</param>
/// <param name="Attributes">Further words about it, masked, by their names.</param>
/// <param name="Embedding">Its text as a vector of length 1.</param>
/// <param name="Known">What explains it: a problem of the serving model, or <see cref="OfTraining"/>; null for nothing.</param>
public sealed record StreamItem(string Id, string Text, DateTimeOffset Time, IReadOnlyDictionary<string, string> Attributes, float[] Embedding, int? Known = null)
{
    /// <summary>The <see cref="Known"/> of an incident that the training saw, and put into no problem: it says how often such came before, and is nothing new.</summary>
    public const int OfTraining = -1;

    /// <summary>What items without further words have in common: a hundred thousand of them are kept.</summary>
    internal static IReadOnlyDictionary<string, string> NoAttributes => ReadOnlyDictionary<string, string>.Empty;
}

/// <summary>An item that was not accepted.</summary>
/// <param name="Index">Its place among those that were sent, from 0.</param>
/// <param name="Id">Its id, where it has one.</param>
/// <param name="Field">The field that is to blame.</param>
/// <param name="Reason">What is wrong and how to mend it.</param>
public sealed record RejectedItem(int Index, string? Id, string Field, string Reason);

/// <summary>What became of items that were sent.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Accepted">Items that are stored and clustered.</param>
/// <param name="Duplicates">Items whose id was known.</param>
/// <param name="Sequence">The number of the last item that is stored; 0 where none is yet.</param>
/// <param name="Rejected">Items that were not accepted.</param>
public sealed record AddedItems(string Stream, int Accepted, int Duplicates, long Sequence, IReadOnlyList<RejectedItem> Rejected);

/// <summary>What happens to a stream, one by one in the order of its log. The state of a stream is what its entries make of it, and nothing else.</summary>
/// <param name="Sequence">Its number, from 1 without gaps.</param>
/// <param name="Item">An item; null for another entry.</param>
/// <param name="Config">A configuration that comes into force; null for another entry.</param>
/// <param name="Tallies">Incidents of known problems that are counted; null for another entry.</param>
/// <param name="RestoredTo">The state of this number is taken up again; null for another entry. Where all of them are null, what the entry held was erased.</param>
internal sealed record StreamEntry(long Sequence, StreamItem? Item = null, StreamConfigVersion? Config = null, IReadOnlyList<ProblemTally>? Tallies = null, long? RestoredTo = null);

/// <summary>An incident of a known problem.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Problem">The problem's id.</param>
/// <param name="Label">The problem's name.</param>
/// <param name="Time">When it occurred, in UTC.</param>
internal sealed record ProblemTally(string Id, int Problem, string Label, DateTimeOffset Time);
