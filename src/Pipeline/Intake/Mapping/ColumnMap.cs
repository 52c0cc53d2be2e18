using Pipeline.Datasets;

namespace Pipeline.Intake;

/// <summary>The places of the columns in a file's rows; null where the file has no such column.</summary>
internal sealed record ColumnMap
{
    // As the archive names it, which can be imported again.
    private const string OwnTechCenter = "tech_center";

    public int? Number { get; init; }

    public int? Created { get; init; }

    public int? Updated { get; init; }

    public int? TechCenter { get; init; }

    /// <summary>The texts in order, each with the places of all columns of its name.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Texts { get; init; }

    public int? Priority { get; init; }

    public int? State { get; init; }

    public int? Resolved { get; init; }

    public int? CloseNotes { get; init; }

    public int? ReopenCount { get; init; }

    public int? Location { get; init; }

    public int? ConfigurationItem { get; init; }

    /// <summary>The system whose export the file was recognised as; null where none was.</summary>
    public string? Source { get; init; }

    /// <summary>Finds the columns that the options name, those of the system whose export the header is, or those of ServiceNow.</summary>
    /// <param name="header">The columns' names.</param>
    /// <param name="options">Which column means what.</param>
    /// <param name="kind">What the rows are: records have no texts, and only the columns that the options name.</param>
    /// <exception cref="IntakeException">A named column is missing or there more than once, or there is no text column, or none for the dates.</exception>
    public static ColumnMap Find(IReadOnlyList<string> header, IntakeOptions options, DatasetKind kind = DatasetKind.Text)
    {
        var names = new ColumnNames(header);
        if (kind == DatasetKind.Records)
        {
            return OfRecords(names, options);
        }

        SourceMapping? recognised = Recognise(names, options);
        SourceMapping mapping = recognised ?? SourceMapping.BuiltIn[0];
        int? created = Key(names, options.CreatedColumn, mapping.Created, "--created-column");
        if (created is null && !IsNone(options.CreatedColumn))
        {
            throw Usage($"No column holds the date of the incident. Name it with --created-column NAME, or say --created-column none if the file has no dates. {names.Present()}");
        }

        return new ColumnMap
        {
            Number = Key(names, options.NumberColumn, mapping.Number, "--number-column"),
            Created = created,
            Updated = Key(names, options.UpdatedColumn, mapping.Updated, "--updated-column"),
            TechCenter = Key(names, options.TechCenterColumn, [.. mapping.TechCenter, OwnTechCenter], "--tech-center-column"),
            Texts = TextsOf(names, options.TextColumns, mapping),
            Priority = Further(names, options.Further, "priority", mapping.Priority),
            State = Further(names, options.Further, "state", mapping.State),
            Resolved = Further(names, options.Further, "resolved", mapping.Resolved),
            CloseNotes = Further(names, options.Further, "close-notes", mapping.CloseNotes),
            ReopenCount = Further(names, options.Further, "reopen-count", mapping.ReopenCount),
            Location = Further(names, options.Further, "location", mapping.Location),
            ConfigurationItem = Further(names, options.Further, "configuration-item", mapping.ConfigurationItem),
            Source = recognised?.Name,
        };
    }

    // Records are no export of a system: their columns are those that the data set names.
    private static ColumnMap OfRecords(ColumnNames names, IntakeOptions options) => new()
    {
        Number = Key(names, options.NumberColumn, [], "--number-column"),
        Created = Key(names, options.CreatedColumn, [], "--created-column"),
        Updated = Key(names, options.UpdatedColumn, [], "--updated-column"),
        TechCenter = Key(names, options.TechCenterColumn, [], "--tech-center-column"),
        Texts = [],
    };

    private static SourceMapping? Recognise(ColumnNames names, IntakeOptions options)
    {
        IEnumerable<SourceMapping> own = options.MappingsFile is null ? [] : SourceMapping.Load(options.MappingsFile);
        return own.Concat(SourceMapping.BuiltIn).FirstOrDefault(mapping => mapping.Signature.All(any => any.Any(names.Has)));
    }

    private static IReadOnlyList<int>[] TextsOf(ColumnNames names, IReadOnlyList<string>? asked, SourceMapping mapping)
    {
        IReadOnlyList<int>[] texts = asked is { Count: > 0 }
            ? [.. asked.SelectMany(item => Named(names, item)).DistinctBy(places => places[0])]
            : [.. mapping.Texts.Select(any => any.Select(names.All).FirstOrDefault(places => places.Count > 0)).OfType<IReadOnlyList<int>>()];
        return texts.Length > 0 ? texts : throw Usage($"No column holds the text of the incident. Name one or more with --text-columns NAME,NAME. {names.Present()}");
    }

    /// <summary>The columns that an item of a list names: a name may itself hold commas, so that the longest name that is there counts.</summary>
    private static IEnumerable<IReadOnlyList<int>> Named(ColumnNames names, string item)
    {
        string[] parts = item.Split(',');
        for (int i = 0; i < parts.Length;)
        {
            if (string.IsNullOrWhiteSpace(parts[i]))
            {
                i++;
                continue;
            }

            int end = parts.Length;
            while (end > i + 1 && !names.Has(string.Join(',', parts[i..end])))
            {
                end--;
            }

            string name = string.Join(',', parts[i..end]).Trim();
            IReadOnlyList<int> places = names.All(name);
            yield return places.Count > 0 ? places : throw Missing(names, name, "--text-columns");
            i = end;
        }
    }

    private static int? Key(ColumnNames names, string? asked, IReadOnlyList<string> candidates, string option)
    {
        if (IsNone(asked))
        {
            return null;
        }

        return asked is null
            ? candidates.Select(candidate => names.One(candidate, option)).FirstOrDefault(place => place is not null)
            : names.One(asked, option) ?? throw Missing(names, asked, option);
    }

    /// <summary>A column that is kept where it is there; one that is there more than once is not told apart, and left.</summary>
    private static int? Further(ColumnNames names, IReadOnlyDictionary<string, string> asked, string role, IReadOnlyList<string> candidates)
    {
        if (asked.TryGetValue(role, out string? name))
        {
            return Key(names, name, [], $"--keep {role}");
        }

        return candidates.Select(names.All).FirstOrDefault(places => places.Count == 1)?[0];
    }

    private static bool IsNone(string? name) => string.Equals(name, IntakeOptions.None, StringComparison.OrdinalIgnoreCase);

    private static IntakeException Missing(ColumnNames names, string name, string option) =>
        Usage($"There is no column '{name}', which {option} names. {names.Present()}");

    private static IntakeException Usage(string message) => new(message, isUsageError: true);
}
