using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Infra.Tests.Support;

/// <summary>Reads YAML as the JSON that it means: a plain scalar may be a number or a truth value, a quoted one is text; what <c>&lt;&lt;</c> merges is merged.</summary>
internal static class YamlFile
{
    /// <summary>Reads the one document of a file.</summary>
    public static JsonNode Read(string path) => ReadAll(File.ReadAllText(path)).ShouldHaveSingleItem(path);

    /// <summary>Reads all documents of a text.</summary>
    public static IReadOnlyList<JsonNode> ReadAll(string text)
    {
        YamlStream stream = [];
        using StringReader reader = new(text);
        stream.Load(reader);
        return [.. stream.Documents.Select(document => Convert(document.RootNode)).OfType<JsonNode>()];
    }

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode mapping => ConvertMapping(mapping),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(Convert)]),
        YamlScalarNode { Style: not ScalarStyle.Plain } scalar => JsonValue.Create(scalar.Value),
        YamlScalarNode { Value: null or "" or "null" } => null,
        YamlScalarNode { Value: "true" or "false" } scalar => JsonValue.Create(scalar.Value is "true"),
        YamlScalarNode scalar => long.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? JsonValue.Create(number) : JsonValue.Create(scalar.Value),
        _ => throw new NotSupportedException($"{node.NodeType} at {node.Start}"),
    };

    // What a mapping says itself goes before what it merges.
    private static JsonObject ConvertMapping(YamlMappingNode mapping)
    {
        JsonObject converted = [];
        foreach ((YamlNode key, YamlNode value) in mapping.Children)
        {
            if (key is YamlScalarNode { Value: "<<", Style: ScalarStyle.Plain })
            {
                foreach ((string name, JsonNode? merged) in ConvertMapping((YamlMappingNode)value).ToArray())
                {
                    converted.TryAdd(name, merged?.DeepClone());
                }
            }
            else
            {
                converted[((YamlScalarNode)key).Value!] = Convert(value);
            }
        }

        return converted;
    }
}
