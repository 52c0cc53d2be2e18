namespace Pipeline.Intake;

/// <summary>What an import did.</summary>
public sealed record IntakeResult
{
    /// <summary>Incidents accepted, each number once.</summary>
    public required int Accepted { get; init; }

    /// <summary>Rows rejected, superseded ones among them. Accepted and rejected together are the rows of the file.</summary>
    public required int Rejected { get; init; }

    /// <summary>The rejected rows by kind of fault.</summary>
    public required IReadOnlyDictionary<RejectKind, int> RejectReasons { get; init; }

    /// <summary>Accepted incidents that the warehouse did not have.</summary>
    public required int Added { get; init; }

    /// <summary>Accepted incidents that replaced another version.</summary>
    public required int Changed { get; init; }

    /// <summary>Accepted incidents that the warehouse had already, in this version or a newer one.</summary>
    public required int Unchanged { get; init; }

    /// <summary>Accepted incidents of which a text was cut.</summary>
    public required int Cut { get; init; }

    /// <summary>The accepted numbers in the order of their rows.</summary>
    public required IReadOnlyList<string> Numbers { get; init; }

    /// <summary>The system whose export the file was recognised as; null where none was.</summary>
    public string? Source { get; init; }

    /// <summary>What the user should know about how the file was read, in sentences.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}
