using System.Text.Json;

namespace Pipeline.Preprocessing;

/// <summary>Sets of masking rules: the built-in one and those read from configuration.</summary>
public static class MaskingRules
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    private static readonly Lazy<IReadOnlyList<MaskingRule>> BuiltIn = new(LoadBuiltIn);

    /// <summary>
    /// The built-in rules: secrets, user information and queries of URLs, home folders, e-mail, MAC and IP addresses, IBANs, card numbers,
    /// national ids, telephone numbers and user names, in the order in which they are applied.
    /// </summary>
    public static IReadOnlyList<MaskingRule> Default => BuiltIn.Value;

    /// <summary>
    /// Reads rules from JSON: an array of objects with the members of <see cref="MaskingRule"/> (<c>name</c>, <c>pattern</c>, <c>replacement</c>,
    /// optional <c>validator</c> and <c>requires</c>). Comments and trailing commas are allowed.
    /// </summary>
    /// <exception cref="InvalidDataException">The JSON is malformed, a name occurs twice, a pattern is not usable or a validator is unknown; the message names the rule.</exception>
    public static IReadOnlyList<MaskingRule> Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        MaskingRule[] rules = Read(stream);
        try
        {
            _ = new Masker(rules);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException(exception.Message, exception);
        }

        return rules;
    }

    // Compiling all patterns takes as long as the rest of a start, and whoever masks by them does it.
    private static MaskingRule[] LoadBuiltIn()
    {
        using Stream stream = typeof(MaskingRules).Assembly.GetManifestResourceStream("Pipeline.masking-rules.json")!;
        return Read(stream);
    }

    private static MaskingRule[] Read(Stream stream)
    {
        try
        {
            return JsonSerializer.Deserialize<MaskingRule[]>(stream, Json) ?? throw new InvalidDataException("The masking rules are 'null': an array of rules is expected, [] for none.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"The masking rules are not a JSON array of rules with name, pattern and replacement: {exception.Message}", exception);
        }
    }
}
