using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pipeline.Infra.Tests.Support;

/// <summary>Expands a pipeline of Azure Pipelines as the service does before it runs: conditions, loops, parameters, and the templates it takes in.</summary>
internal sealed partial class PipelineTemplate
{
    private readonly string _folder;
    private readonly Dictionary<string, JsonNode?> _names;

    private PipelineTemplate(string folder, Dictionary<string, JsonNode?> names)
    {
        _folder = folder;
        _names = names;
    }

    /// <summary>The pipeline of <paramref name="path"/> with these parameters, each as <c>parameters.x</c>, and variables, each as <c>variables.x</c>; a parameter that is left out has its default.</summary>
    public static JsonObject Expand(string path, IReadOnlyDictionary<string, JsonNode?> values)
    {
        JsonObject file = YamlFile.Read(path).AsObject();
        Dictionary<string, JsonNode?> names = new(values, StringComparer.Ordinal);
        foreach (JsonNode? parameter in file["parameters"] as JsonArray ?? [])
        {
            string name = $"parameters.{parameter!["name"]}";
            if (!names.ContainsKey(name))
            {
                names[name] = parameter["default"]?.DeepClone() ?? throw new FormatException($"{path} needs {name}.");
            }
        }

        string[] unknown = [.. values.Keys.Where(name => name.StartsWith("parameters.", StringComparison.Ordinal)).Except((file["parameters"] as JsonArray ?? []).Select(parameter => $"parameters.{parameter!["name"]}"), StringComparer.Ordinal)];
        unknown.ShouldBeEmpty($"{path} has no such parameters");
        return new PipelineTemplate(Path.GetDirectoryName(path)!, names).Mapping(file);
    }

    private JsonNode? Node(JsonNode? node) => node switch
    {
        JsonObject mapping => Mapping(mapping),
        JsonArray sequence => new JsonArray([.. sequence.SelectMany(Item)]),
        JsonValue value when value.TryGetValue(out string? text) => Text(text),
        _ => node?.DeepClone(),
    };

    private JsonObject Mapping(JsonObject mapping)
    {
        JsonObject result = [];
        foreach ((string key, JsonNode? value) in Chosen(mapping))
        {
            if (key.Length > 0)
            {
                result.Add(key, Node(value));
                continue;
            }

            foreach ((string inner, JsonNode? innerValue) in Mapping(value!.AsObject()).ToArray())
            {
                innerValue?.Parent?.AsObject().Remove(inner);
                result.Add(inner, innerValue);
            }
        }

        return result;
    }

    // What an item of a sequence becomes: nothing, itself, or the items below its condition, its loop or its template.
    private IEnumerable<JsonNode?> Item(JsonNode? item)
    {
        if (item is not JsonObject mapping)
        {
            return [Node(item)];
        }

        if (mapping["template"] is JsonNode template)
        {
            return Template(template.ToString(), mapping["parameters"] as JsonObject ?? []);
        }

        return Directive(mapping.First().Key) is ("", "") ? [Mapping(mapping)] : Chosen(mapping).SelectMany(chosen => chosen.Value!.AsArray().SelectMany(Item));
    }

    private IEnumerable<JsonNode?> Template(string path, JsonObject parameters)
    {
        Dictionary<string, JsonNode?> values = _names.Where(name => name.Key.StartsWith("variables.", StringComparison.Ordinal)).ToDictionary(name => name.Key, name => name.Value, StringComparer.Ordinal);
        foreach ((string name, JsonNode? value) in Mapping(parameters))
        {
            values[$"parameters.{name}"] = value?.DeepClone();
        }

        return Expand(Path.Combine(_folder, path), values)["stages"]!.AsArray().Select(stage => stage?.DeepClone());
    }

    // The entries that count, an entry below a directive with an empty key. An else belongs to the if before it: in a sequence those are items of their own, so the last answer is kept.
    private bool _answered;

    private IEnumerable<(string Key, JsonNode? Value)> Chosen(JsonObject mapping)
    {
        foreach ((string key, JsonNode? value) in mapping)
        {
            (string directive, string expression) = Directive(key);
            switch (directive)
            {
                case "":
                    yield return (key, value);
                    break;
                case "if" or "elseif" or "else":
                    bool earlier = directive != "if" && _answered;
                    bool chosen = !earlier && (directive == "else" || TemplateExpression.IsTrue(new TemplateExpression(_names).Evaluate(expression)));
                    _answered = earlier || chosen;
                    if (chosen)
                    {
                        yield return ("", value);
                        _answered = true;
                    }

                    break;
                default:
                    foreach (JsonNode? each in new TemplateExpression(_names).Evaluate(expression)!.AsArray())
                    {
                        _names[directive] = each;
                        yield return ("", value);
                    }

                    _names.Remove(directive);
                    break;
            }
        }
    }

    // ("if" or "elseif", its expression), ("else", ""), (the variable of an each, what it runs over), or ("", "") for a key that is no directive.
    private static (string Directive, string Expression) Directive(string key)
    {
        Match match = DirectivePattern().Match(key);
        return !match.Success ? ("", "")
            : match.Groups["each"].Success ? (match.Groups["each"].Value, match.Groups["expression"].Value)
            : (match.Groups["name"].Value, match.Groups["expression"].Value);
    }

    private JsonNode? Text(string text)
    {
        Match whole = WholePattern().Match(text);
        return whole.Success
            ? new TemplateExpression(_names).Evaluate(whole.Groups["expression"].Value)
            : JsonValue.Create(PartPattern().Replace(text, part => new TemplateExpression(_names).Evaluate(part.Groups["expression"].Value)?.ToString() ?? ""));
    }

    [GeneratedRegex(@"^\$\{\{ *(?:(?<name>if|elseif) (?<expression>.+?)|(?<name>else)|each (?<each>\w+) in (?<expression>.+?)) *\}\}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DirectivePattern();

    [GeneratedRegex(@"^\$\{\{ *(?<expression>(?:(?!\}\}).)+?) *\}\}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WholePattern();

    [GeneratedRegex(@"\$\{\{ *(?<expression>(?:(?!\}\}).)+?) *\}\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PartPattern();
}
