namespace Pipeline.Training;

/// <summary>The different texts of a window. Whatever measures likeness counts each of them once, however often it was reported.</summary>
public sealed class DistinctTexts
{
    private DistinctTexts(int[] firstRows, int[] copies, int[] textOfRow)
    {
        FirstRows = firstRows;
        Copies = copies;
        TextOfRow = textOfRow;
    }

    /// <summary>The number of different texts.</summary>
    public int Count => FirstRows.Length;

    /// <summary>The first incident with each text, ascending.</summary>
    public int[] FirstRows { get; }

    /// <summary>How many incidents have each text, 1 or more.</summary>
    public int[] Copies { get; }

    /// <summary>The text of each incident, 0 to <see cref="Count"/> - 1.</summary>
    public int[] TextOfRow { get; }

    /// <summary>Numbers texts in the order of their first incident. O(n).</summary>
    /// <param name="hashes">The content hash of each incident's text.</param>
    public static DistinctTexts Of(IReadOnlyList<string> hashes)
    {
        ArgumentNullException.ThrowIfNull(hashes);
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        List<int> firstRows = [];
        List<int> copies = [];
        int[] textOfRow = new int[hashes.Count];
        for (int row = 0; row < textOfRow.Length; row++)
        {
            if (numbers.TryAdd(hashes[row], firstRows.Count))
            {
                firstRows.Add(row);
                copies.Add(0);
            }

            textOfRow[row] = numbers[hashes[row]];
            copies[textOfRow[row]]++;
        }

        return new DistinctTexts([.. firstRows], [.. copies], textOfRow);
    }

    /// <summary>The rows of the different texts out of a matrix with a row for each incident.</summary>
    /// <param name="matrix">Incidents x <paramref name="dimensions"/>, row-major.</param>
    /// <param name="dimensions">Values per row.</param>
    public float[] Rows(ReadOnlySpan<float> matrix, int dimensions)
    {
        float[] rows = new float[Count * dimensions];
        for (int text = 0; text < Count; text++)
        {
            matrix.Slice(FirstRows[text] * dimensions, dimensions).CopyTo(rows.AsSpan(text * dimensions));
        }

        return rows;
    }

    /// <summary>What is known of each text, for each incident.</summary>
    /// <param name="perText">A fixed number of values for each text.</param>
    /// <param name="values">How many values a text has.</param>
    public T[] ToIncidents<T>(ReadOnlySpan<T> perText, int values = 1)
    {
        T[] perIncident = new T[TextOfRow.Length * values];
        for (int row = 0; row < TextOfRow.Length; row++)
        {
            perText.Slice(TextOfRow[row] * values, values).CopyTo(perIncident.AsSpan(row * values));
        }

        return perIncident;
    }
}
