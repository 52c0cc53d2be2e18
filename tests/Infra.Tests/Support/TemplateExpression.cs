using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pipeline.Infra.Tests.Support;

/// <summary>
/// The compile-time expressions of Azure Pipelines, as far as this repository uses them: texts, <c>parameters.x</c>, <c>variables['x']</c>, the variable of an <c>each</c>,
/// and the functions eq, ne, and, or, not, split. Comparison of texts ignores case.
/// </summary>
/// <param name="names">What the names stand for: <c>parameters.x</c>, <c>variables.x</c>, or the variable of an <c>each</c>.</param>
internal sealed partial class TemplateExpression(IReadOnlyDictionary<string, JsonNode?> names)
{
    private readonly Queue<string> _tokens = new();

    /// <summary>The value of an expression.</summary>
    /// <exception cref="FormatException">It is wrong, or uses what is not known here.</exception>
    public JsonNode? Evaluate(string expression)
    {
        _tokens.Clear();
        foreach (Match token in Tokens().Matches(expression))
        {
            _tokens.Enqueue(token.Value.Trim());
        }

        Tokens().Replace(expression, "").Trim().ShouldBeEmpty(expression);
        JsonNode? value = Value();
        return _tokens.Count == 0 ? value : throw new FormatException($"'{_tokens.Peek()}' is not expected in '{expression}'.");
    }

    /// <summary>Whether a value counts as true.</summary>
    public static bool IsTrue(JsonNode? value) => value is not null && value.ToString() is not ("" or "false" or "0" or "False");

    private JsonNode? Value()
    {
        string token = _tokens.Dequeue();
        if (token[0] == '\'')
        {
            return token[1..^1].Replace("''", "'", StringComparison.Ordinal);
        }

        if (!_tokens.TryPeek(out string? next) || next != "(")
        {
            string name = token.Replace("['", ".", StringComparison.Ordinal).Replace("']", "", StringComparison.Ordinal);
            return names.TryGetValue(name, out JsonNode? value) ? value?.DeepClone() : throw new FormatException($"'{token}' is not known.");
        }

        List<JsonNode?> arguments = [];
        do
        {
            _tokens.Dequeue();
            arguments.Add(Value());
        }
        while (_tokens.Peek() == ",");
        _tokens.Dequeue().ShouldBe(")");
        return Call(token, arguments);
    }

    private static JsonNode? Call(string function, List<JsonNode?> arguments) => function switch
    {
        "eq" => AreEqual(arguments[0], arguments[1]),
        "ne" => !AreEqual(arguments[0], arguments[1]),
        "and" => arguments.TrueForAll(IsTrue),
        "or" => arguments.Exists(IsTrue),
        "not" => !IsTrue(arguments[0]),
        "split" => new JsonArray([.. arguments[0]!.ToString().Split(arguments[1]!.ToString()).Select(part => JsonValue.Create(part))]),
        _ => throw new FormatException($"The function {function} is not known here."),
    };

    private static bool AreEqual(JsonNode? left, JsonNode? right) => string.Equals(left?.ToString(), right?.ToString(), StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"'(?:[^']|'')*'|[A-Za-z_][\w.]*(?:\['[\w.]+'\])?|[(),]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Tokens();
}
