using System.Text.Json;
using Pipeline.Datasets;

namespace Pipeline.Tests.Datasets;

[TestClass]
public sealed class DatasetSchemaTests
{
    private static readonly DatasetSchema Schema = new(JsonElement.Parse("""
        {
          "type": "object",
          "required": ["id", "size"],
          "additionalProperties": false,
          "properties": {
            "id": { "type": "string", "pattern": "^H[0-9]+$" },
            "size": { "type": "integer", "minimum": 1, "maximum": 40 },
            "share": { "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1 },
            "step": { "$ref": "#/$defs/step" },
            "water": { "enum": ["river", "well"] },
            "note": { "type": "string", "minLength": 2, "maxLength": 5 },
            "born": { "type": "string", "format": "date" },
            "adult": { "const": true },
            "income": { "type": ["number", "null"] }
          },
          "$defs": { "step": { "type": "integer", "multipleOf": 5 } },
          "dependentRequired": { "share": ["note"] },
          "if": { "properties": { "size": { "const": 40 } } },
          "then": { "required": ["income"] }
        }
        """));

    [TestMethod]
    [DataRow("""{"id": "H1", "size": 3}""", null, null, null)]
    [DataRow("""{"id": "H1", "size": 40, "income": null}""", null, null, null)]
    [DataRow("""{"id": "H1"}""", "size", "required", "The value of size is missing.")]
    [DataRow("""{"id": "H1", "size": 40}""", "income", "required", "The value of income is missing.")]
    [DataRow("""{"id": "H1", "size": "three"}""", "size", "type", "Size must be integer.")]
    [DataRow("""{"id": "H1", "size": 2.5}""", "size", "type", "Size must be integer.")]
    [DataRow("""{"id": "H1", "size": 0}""", "size", "minimum", "at least 1")]
    [DataRow("""{"id": "H1", "size": 41}""", "size", "maximum", "at most 40")]
    [DataRow("""{"id": "H1", "size": 3, "share": 0, "note": "ab"}""", "share", "exclusiveMinimum", "above 0")]
    [DataRow("""{"id": "H1", "size": 3, "share": 1, "note": "ab"}""", "share", "exclusiveMaximum", "below 1")]
    [DataRow("""{"id": "H1", "size": 3, "step": 7}""", "step", "multipleOf", "a multiple of 5")]
    [DataRow("""{"id": "H1", "size": 3, "water": "rain"}""", "water", "enum", "one of river, well")]
    [DataRow("""{"id": "1", "size": 3}""", "id", "pattern", "^H[0-9]+$")]
    [DataRow("""{"id": "H1", "size": 3, "note": "a"}""", "note", "minLength", "at least 2 characters")]
    [DataRow("""{"id": "H1", "size": 3, "note": "abcdef"}""", "note", "maxLength", "at most 5 characters")]
    [DataRow("""{"id": "H1", "size": 3, "born": "2026-02-30"}""", "born", "format", "a date")]
    [DataRow("""{"id": "H1", "size": 3, "adult": false}""", "adult", "const", "must be true")]
    [DataRow("""{"id": "H1", "size": 3, "odd": 1}""", "odd", "", "a column that the schema does not allow")]
    [DataRow("""{"id": "H1", "size": 3, "share": 0.5}""", null, "dependentRequired", "dependentRequired")]
    public void A_row_is_sound_or_has_one_reason_with_its_column_and_rule(string row, string? field, string? keyword, string? reason)
    {
        SchemaFault? fault = Schema.Check(JsonElement.Parse(row));

        (fault?.Field, fault?.Keyword).ShouldBe((field, keyword), fault?.Reason);
        fault?.Reason.ShouldContain(reason!);
    }

    [TestMethod]
    public void Of_several_faults_the_first_column_s_is_told_and_no_value_of_the_row_is_quoted()
    {
        SchemaFault fault = Schema.Check(JsonElement.Parse("""{"id": "Mrs Miller", "size": "Mr Miller", "water": "Miller's well"}"""))!;

        (fault.Field, fault.Keyword).ShouldBe(("id", "pattern"));
        fault.Reason.ShouldNotContain("Miller");
    }
}
