using System.Globalization;

namespace Pipeline.Audit;

/// <summary>Checks one chain, object by object: that each line is whole, stands in its place, stands there once, and follows from the one before.</summary>
internal sealed class ChainCheck(string chain)
{
    private readonly SortedDictionary<long, Seen> _seen = [];
    private readonly List<string> _problems = [];

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>How many lines there are.</summary>
    public int Entries => _seen.Count;

    /// <summary>The last line.</summary>
    public string Head => _seen.Count == 0 ? $"{chain}/0:{AuditLine.HashOf(chain)}" : new AuditHead(chain, _seen.Last().Key, _seen.Last().Value.Hash).ToString();

    /// <summary>Takes objects that stand so far behind the others that they are none of the chain's.</summary>
    public void TakeStrays(IReadOnlyList<AuditFile> files)
    {
        if (files.Count > 0)
        {
            Tell($"{files[0].Name}{(files.Count > 1 ? " and others claim" : " claims")} to stand more than a million entries behind the others of {chain}: it was put in. The audit goes on before it; take it away.");
        }
    }

    /// <summary>Takes the lines of an object. Each that is whole says itself which entry it is; one that is not stands for the entry behind the one before, unless that one is there.</summary>
    public void Take(AuditFile file, IReadOnlyList<StoredLine> lines)
    {
        HashSet<long> whole = [.. lines.Select(line => NumberOf(file, line)).OfType<long>()];
        long expected = file.Last - file.First + 1;
        long last = file.First - 1;
        foreach (StoredLine line in lines)
        {
            if (NumberOf(file, line) is long number)
            {
                if (number <= last && lines.Count <= expected)
                {
                    Tell($"Entry {number} of {chain} stands behind entry {last} in {file.Name}: its lines were put into another order, or one was put in.");
                }

                Take(file, number, line);
                last = Math.Max(last, number);
            }
            else if (last < file.Last && !whole.Contains(last + 1))
            {
                Take(file, ++last, line);
            }
        }

        if (lines.Count > expected)
        {
            Tell($"{file.Name} has {lines.Count} lines where {expected} belong: lines were put in.");
        }
        else if (last < file.Last)
        {
            Tell($"{file.Name} ends after {lines.Count} of {expected} lines: the entries from {last + 1} to {file.Last} were removed from it.");
        }
    }

    /// <summary>Looks at the chain as a whole, when all is taken.</summary>
    public void End(IReadOnlyList<AuditHead> anchors)
    {
        (long number, string hash, bool sound) = (0, AuditLine.HashOf(chain), true);
        foreach ((long place, Seen seen) in _seen)
        {
            if (place > number + 1)
            {
                Tell(place == number + 2 ? (FormattableString)$"Entry {number + 1} of {chain} is missing: it was removed." : $"The entries from {number + 1} to {place - 1} of {chain} are missing: they were removed.");
            }
            else if (sound && seen.IsSound && !string.Equals(seen.Previous, hash, StringComparison.Ordinal))
            {
                Tell($"Entry {place} of {chain} does not follow from entry {place - 1}: one of the two was changed, or put in the place of another.");
            }

            (number, hash, sound) = (place, seen.Hash, seen.IsSound);
        }

        foreach (AuditHead anchor in anchors)
        {
            if (!_seen.TryGetValue(anchor.Number, out Seen? found))
            {
                Tell(anchor.Number > number ? (FormattableString)$"{chain} ends at entry {number}, and was known to reach entry {anchor.Number}: the entries behind it were removed." : $"Entry {anchor.Number} of {chain}, which was noted as its head, is missing.");
            }
            else if (!string.Equals(found.Hash, anchor.Hash, StringComparison.Ordinal))
            {
                Tell($"Entry {anchor.Number} of {chain} is not the one that was noted as its head: it, or one before it, was changed.");
            }
        }
    }

    private static long? NumberOf(AuditFile file, StoredLine line) => line is { IsIntact: true, Entry: { Number: long number } } && number >= file.First && number <= file.Last ? number : null;

    private void Take(AuditFile file, long place, StoredLine line)
    {
        bool sound = line is { IsIntact: true, Entry: not null } && line.Entry.Number == place;
        if (line.Entry is null)
        {
            Tell($"Entry {place} of {chain} was changed: in {file.Name} stands what is no line of the audit.");
        }
        else if (!line.IsIntact)
        {
            Tell($"Entry {place} of {chain} was changed: it does not have the hash that it bears.");
        }
        else if (line.Entry.Number != place)
        {
            Tell($"In the place of entry {place} of {chain} stands entry {line.Entry.Number}: the lines of {file.Name} were put into another order, or one was put in.");
        }

        if (!_seen.TryGetValue(place, out Seen? known))
        {
            _seen[place] = new Seen(line.Hash, line.Entry?.Previous, sound);
        }
        else if (!string.Equals(known.Hash, line.Hash, StringComparison.Ordinal))
        {
            Tell($"Entry {place} of {chain} stands twice, and not the same: in {file.Name}, and in a merged object.");
        }
    }

    private void Tell(FormattableString problem) => _problems.Add(problem.ToString(CultureInfo.InvariantCulture));

    private sealed record Seen(string Hash, string? Previous, bool IsSound);
}
