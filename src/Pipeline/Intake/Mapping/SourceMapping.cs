using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Intake;

/// <summary>
/// Which columns an export of one system has, and what they mean. Of the names of a column the first that is in the file counts; they compare without regard to case, spaces and underscores.
/// </summary>
internal sealed record SourceMapping
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>The mappings that come with the program. The first is the one by which columns are looked for where none is recognised.</summary>
    public static IReadOnlyList<SourceMapping> BuiltIn { get; } = ReadBuiltIn();

    /// <summary>The system's name.</summary>
    public required string Name { get; init; }

    /// <summary>A file is such an export where of each of these lists one column is there.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Signature { get; init; }

    public IReadOnlyList<string> Number { get; init; } = [];

    public IReadOnlyList<string> Created { get; init; } = [];

    public IReadOnlyList<string> Updated { get; init; } = [];

    /// <summary>The text columns in the order in which they read, each with its names.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Texts { get; init; } = [];

    public IReadOnlyList<string> TechCenter { get; init; } = [];

    public IReadOnlyList<string> Priority { get; init; } = [];

    public IReadOnlyList<string> State { get; init; } = [];

    public IReadOnlyList<string> Resolved { get; init; } = [];

    public IReadOnlyList<string> CloseNotes { get; init; } = [];

    public IReadOnlyList<string> ReopenCount { get; init; } = [];

    public IReadOnlyList<string> Location { get; init; } = [];

    public IReadOnlyList<string> ConfigurationItem { get; init; } = [];

    /// <summary>The mappings of a user's file.</summary>
    /// <exception cref="IntakeException">The file cannot be read, or is no list of mappings.</exception>
    public static IReadOnlyList<SourceMapping> Load(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return JsonSerializer.Deserialize<SourceMapping[]>(file, Format) ?? [];
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new IntakeException($"The mappings in '{path}' cannot be read: {exception.Message.TrimEnd('.')}. docs/intake.md shows what such a file holds.", exception, isUsageError: true);
        }
    }

    private static SourceMapping[] ReadBuiltIn()
    {
        using Stream stream = typeof(SourceMapping).Assembly.GetManifestResourceStream("Pipeline.Intake.mappings.json")!;
        return JsonSerializer.Deserialize<SourceMapping[]>(stream, Format)!;
    }
}
