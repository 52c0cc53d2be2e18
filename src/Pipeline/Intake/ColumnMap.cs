using System.Globalization;

namespace Pipeline.Intake;

/// <summary>The places of the columns in a file's rows; null where the file has no such column.</summary>
internal sealed record ColumnMap(int? Number, int? Created, int? Updated, int? TechCenter, IReadOnlyList<int> Texts)
{
    // ServiceNow's field names first, then the labels under which its lists are exported.
    private static readonly string[] NumberNames = ["number"];
    private static readonly string[] CreatedNames = ["opened_at", "opened", "sys_created_on", "created"];
    private static readonly string[] UpdatedNames = ["sys_updated_on", "updated"];
    private static readonly string[] TextNames = ["short_description", "description"];
    private static readonly string[] TechCenterNames = ["assignment_group"];

    /// <summary>Finds the columns that the options name, or those of ServiceNow, in the header.</summary>
    /// <exception cref="IntakeException">A named column is missing, or there is no text column, or none for the dates.</exception>
    public static ColumnMap Find(IReadOnlyList<string> header, IntakeOptions options)
    {
        int? created = Choose(header, options.CreatedColumn, CreatedNames, "--created-column");
        if (created is null && !IsNone(options.CreatedColumn))
        {
            throw Usage($"No column holds the date of the incident. Name it with --created-column NAME, or say --created-column none if the file has no dates. {Present(header)}");
        }

        return new ColumnMap(
            Choose(header, options.NumberColumn, NumberNames, "--number-column"),
            created,
            Choose(header, options.UpdatedColumn, UpdatedNames, "--updated-column"),
            Choose(header, options.TechCenterColumn, TechCenterNames, "--tech-center-column"),
            ChooseTexts(header, options.TextColumns));
    }

    private static int[] ChooseTexts(IReadOnlyList<string> header, IReadOnlyList<string>? names)
    {
        int[] texts = names is { Count: > 0 }
            ? [.. names.Select(name => Locate(header, name) ?? throw Missing(header, name, "--text-columns")).Distinct()]
            : [.. TextNames.Select(name => Locate(header, name)).OfType<int>()];
        return texts.Length > 0 ? texts : throw Usage($"No column holds the text of the incident. Name one or more with --text-columns NAME,NAME. {Present(header)}");
    }

    private static int? Choose(IReadOnlyList<string> header, string? name, string[] defaults, string option)
    {
        if (IsNone(name))
        {
            return null;
        }

        return name is null
            ? defaults.Select(candidate => Locate(header, candidate)).FirstOrDefault(place => place is not null)
            : Locate(header, name) ?? throw Missing(header, name, option);
    }

    /// <summary>The place of a column: by its exact name if there is one, otherwise without regard to case, spaces and underscores.</summary>
    private static int? Locate(IReadOnlyList<string> header, string name)
    {
        for (int i = 0; i < header.Count; i++)
        {
            if (string.Equals(header[i], name, StringComparison.Ordinal))
            {
                return i;
            }
        }

        for (int i = 0; i < header.Count; i++)
        {
            if (string.Equals(Simplify(header[i]), Simplify(name), StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return null;
    }

    private static string Simplify(string name) => new([.. name.Where(c => c != '_' && !char.IsWhiteSpace(c))]);

    private static bool IsNone(string? name) => string.Equals(name, IntakeOptions.None, StringComparison.OrdinalIgnoreCase);

    private static IntakeException Missing(IReadOnlyList<string> header, string name, string option) =>
        Usage($"There is no column '{name}', which {option} names. {Present(header)}");

    private static IntakeException Usage(string message) => new(message, isUsageError: true);

    private static string Present(IReadOnlyList<string> header)
    {
        const int Shown = 50;
        string more = header.Count > Shown ? string.Create(CultureInfo.InvariantCulture, $" and {header.Count - Shown} more") : "";
        return $"The columns that are there: {string.Join(", ", header.Take(Shown).Select(name => name.Length > 60 ? name[..60] + "..." : name))}{more}.";
    }
}
