using System.Text.Json.Nodes;
using Json.Schema;
using Pipeline.Infra.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Schemas;

/// <summary>The bills of materials, against CycloneDX's own schemas, which the folder <c>cyclonedx</c> keeps with their licence.</summary>
[TestClass]
public sealed class SbomTests
{
    [TestMethod]
    public async Task The_bills_of_materials_are_what_CycloneDX_says_they_are_and_name_what_is_shipped()
    {
        using TempFolder folder = new();
        ToolProcess made = await ToolProcess.RunAsync("bash", ["eng/sbom.sh", folder["."]], SharedFiles.RepositoryRoot);
        if (made.ExitCode != 0 && (made.Errors + made.Output).Contains("NU1301", StringComparison.Ordinal))
        {
            Assert.Inconclusive("The registry of the tool that writes the bills of materials does not answer: this test needs it and is skipped.");
        }

        made.ExitCode.ShouldBe(0, made.Output + made.Errors);

        // What the schemas refer to.
        foreach (string part in (string[])["spdx.schema.json", "jsf-0.82.schema.json", "cryptography-defs.schema.json"])
        {
            SchemaFile.Own($"cyclonedx/{part}");
        }

        Check("cli.cdx.json", "Microsoft.Data.Sqlite");
        Check("functions.cdx.json", "Microsoft.Azure.Functions.Worker");
        Check("desk.cdx.json", "preact");

        void Check(string file, string component)
        {
            JsonNode bill = JsonNode.Parse(File.ReadAllText(folder[file]))!;
            JsonSchema schema = SchemaFile.Own($"cyclonedx/bom-{bill["specVersion"]}.schema.json");
            SchemaFile.Validate(bill, schema, file);
            bill["components"]!.AsArray().Select(c => c!["name"]!.ToString()).ShouldContain(component, StringComparer.Ordinal);

            // A schema that takes everything would show nothing.
            bill["components"]![0]!["type"] = "no such type";
            Should.Throw<ShouldAssertException>(() => SchemaFile.Validate(bill, schema));
        }
    }
}
