using Pipeline.Datasets;

namespace Pipeline.Intake;

/// <summary>
/// Reads incidents from a file of any usual kind, row by row. How its text, columns and dates are to be read is settled from the whole file before the first row is.
/// A row that cannot be used is returned with the reason, and reading goes on.
/// </summary>
public sealed class IncidentReader
{
    private readonly IntakeOptions _options;
    private readonly TimeProvider _clock;
    private readonly Dataset _dataset;

    /// <summary>Creates a reader.</summary>
    /// <param name="options">Which column means what, and how the file is to be read.</param>
    /// <param name="clock">The time, since no incident is from the future; the system's where null.</param>
    /// <param name="dataset">The data set that the rows are for; null for the incidents, where any row will do.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public IncidentReader(IntakeOptions options, TimeProvider? clock = null, Dataset? dataset = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _dataset = dataset ?? DatasetCatalog.BuiltIn[0];
        _options = options.Of(_dataset);
        _clock = clock ?? TimeProvider.System;
    }

    /// <summary>Reads a file; see <see cref="Read(Stream, CancellationToken)"/>.</summary>
    /// <exception cref="IntakeException">The file cannot be opened or holds no rows, or the options do not fit its columns; thrown when the first row is asked for.</exception>
    public IEnumerable<IntakeRow> Read(string path, CancellationToken cancellationToken = default)
    {
        using SourceFile file = SourceFile.Open(path);
        foreach (IntakeRow row in Open(file, cancellationToken).Rows(cancellationToken))
        {
            yield return row;
        }
    }

    /// <summary>
    /// Reads a stream, which can be sought in, from its beginning to its end, several times. Time is linear in its length; memory is bounded by its longest record and a count of rows without a number.
    /// </summary>
    /// <exception cref="IntakeException">The stream holds no rows, or the options do not fit its columns; thrown when the first row is asked for.</exception>
    public IEnumerable<IntakeRow> Read(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using SourceFile file = SourceFile.Of(stream);
        foreach (IntakeRow row in Open(file, cancellationToken).Rows(cancellationToken))
        {
            yield return row;
        }
    }

    /// <summary>Settles how a file is to be read.</summary>
    /// <exception cref="IntakeException">The file holds no rows, the options do not fit its columns, or something that only the user knows is left open.</exception>
    internal IncidentTable Open(SourceFile file, CancellationToken cancellationToken)
    {
        List<string> remarks = [];
        ISourceReader source = SourceKind.Open(file, _options, remarks, cancellationToken);
        ColumnMap columns = ColumnMap.Find(source.Header, _options, _dataset.Kind);
        if (columns.TechCenter is null && _options.TechCenterColumn is null && string.Equals(_dataset.Name, Dataset.Incidents, StringComparison.Ordinal))
        {
            remarks.Add($"No column holds the tech center, so all rows belong to '{IntakeOptions.DefaultTechCenter}'. Name the column with --tech-center-column NAME, or say --tech-center-column none.");
        }

        DatasetRows rows = new(_dataset, source.Header);
        var dates = new DateColumns(_options, _clock);
        int[] places = [.. ((int?[])[columns.Created, columns.Updated, columns.Resolved]).OfType<int>().Union(rows.Dates)];
        bool any = false;
        foreach (SourceRecord record in source.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            any = true;
            foreach (int place in places)
            {
                if (record.Problem is null && !CellText.IsEmpty(record.Fields[place]))
                {
                    dates.Add(source.Header[place], record.Fields[place]);
                }
            }
        }

        return any
            ? new IncidentTable(source, columns, dates.Settle(), _options, _dataset, rows, remarks)
            : throw new IntakeException("The file has a header but no rows. Export it again with its rows.");
    }
}
