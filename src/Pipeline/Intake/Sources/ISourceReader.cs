namespace Pipeline.Intake;

/// <summary>A file as a table of texts, whatever its kind. What has a type in the file, such as a date, is written so that it can be read in one way only.</summary>
internal interface ISourceReader
{
    /// <summary>The columns' names, in order; a name may be there more than once.</summary>
    IReadOnlyList<string> Header { get; }

    /// <summary>The rows, from the first on, each time it is called.</summary>
    /// <exception cref="IntakeException">The file cannot be read to its end.</exception>
    IEnumerable<SourceRecord> Read();
}
