using System.Text.Json;
using Pipeline.Datasets;
using Pipeline.Preprocessing;
using Pipeline.Requests;
using Pipeline.Storage;
using Pipeline.Tests.Fakes;

namespace Pipeline.Tests.Datasets;

[TestClass]
public sealed class DatasetCatalogTests
{
    private readonly MemoryObjectStore _objects = new();
    private readonly MemoryWarehouse _warehouse = new();

    private DatasetCatalog Catalog => new(_objects, _warehouse);

    [TestMethod]
    public async Task The_incidents_and_the_household_survey_are_always_there()
    {
        IReadOnlyList<Dataset> all = await Catalog.ListAsync();

        all.Select(d => (d.Name, d.Kind)).ShouldBe([("household-survey", DatasetKind.Records), ("incidents", DatasetKind.Text)]);
        all[0].Validate();
        all[0].Columns.Select(c => c.Name).ShouldNotContain(name => name == "household_id" || name == "interview_date" || name == "enumerator");
        all[0].Columns.Single(c => c.Name == "ppi_score").Kind.ShouldBe(RecordColumnKind.Number);
        all[0].Columns.Single(c => c.Name == "electricity").Kind.ShouldBe(RecordColumnKind.Category);
    }

    [TestMethod]
    public async Task What_is_added_is_found_in_any_case_and_cannot_be_added_twice()
    {
        Dataset added = new() { Name = "changes", Strict = true, PartitionColumn = "team", RetentionDays = 400, Schema = Json("""{"type": "object", "required": ["id"]}""") };
        await Catalog.AddAsync(added);

        Dataset found = await Catalog.FindAsync("Changes");
        (found.Name, found.Strict, found.PartitionColumn, found.RetentionDays).ShouldBe(("changes", true, "team", 400));
        found.Schema!.Value.GetProperty("required")[0].GetString().ShouldBe("id");
        (await RefusedAsync(() => Catalog.AddAsync(added))).Problem.ShouldBe(RequestProblem.Conflict);
        (await RefusedAsync(() => Catalog.AddAsync(new Dataset { Name = "incidents" }))).Problem.ShouldBe(RequestProblem.Conflict);
        (await Catalog.PutAsync(added with { Strict = false })).ShouldBeFalse();
        (await Catalog.FindAsync("changes")).Strict.ShouldBeFalse();
        (await RefusedAsync(() => Catalog.FindAsync("nobody"))).Message.ShouldContain("'changes', 'household-survey', 'incidents'");
    }

    [TestMethod]
    public async Task The_kind_of_a_data_set_cannot_change_but_the_incidents_may_get_a_schema()
    {
        Dataset survey = await Catalog.FindAsync(Dataset.Survey);

        (await RefusedAsync(() => Catalog.PutAsync(survey with { Kind = DatasetKind.Text }))).Problem.ShouldBe(RequestProblem.Conflict);
        (await Catalog.PutAsync(new Dataset { Name = Dataset.Incidents, Strict = true, Schema = Json("""{"required": ["short_description"]}""") })).ShouldBeFalse();
        (await Catalog.FindAsync(Dataset.Incidents)).Strict.ShouldBeTrue();
    }

    [TestMethod]
    [DataRow("Upper", null, "text", "name")]
    [DataRow("uploads", null, "text", "name")]
    [DataRow("-a", null, "text", "name")]
    [DataRow("a/b", null, "text", "name")]
    [DataRow("ok", null, "records", "schema")]
    [DataRow("ok", """{"type": "object"}""", "records", "schema")]
    [DataRow("ok", """{"type": "nonsense"}""", "text", "schema")]
    [DataRow("ok", """{"properties": {"a": {"pattern": "("}}}""", "text", "schema")]
    [DataRow("ok", """{"$ref": "https://example.org/other.json"}""", "text", "schema")]
    [DataRow("ok", """{"properties": {"a": {"$ref": "#/$defs/nobody"}}}""", "text", "schema")]
    [DataRow("ok", """{"properties": {"a": {"type": "number", "x-missing": "own"}}}""", "records", "schema")]
    [DataRow("ok", """{"properties": {"a": {"type": "string", "x-encoding": "ordinal"}}}""", "records", "schema")]
    [DataRow("incidents", """{"properties": {"a": {"type": "number"}}}""", "records", "kind")]
    public async Task A_wrong_definition_is_refused_with_its_field(string name, string? schema, string kind, string field)
    {
        Dataset dataset = new() { Name = name, Kind = DatasetKinds.Parse(kind), Schema = schema is null ? null : Json(schema) };

        RequestException refused = await RefusedAsync(() => Catalog.PutAsync(dataset));

        refused.Errors.Keys.ShouldBe([field], refused.Message);
        _objects.Objects.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_name_that_tech_centers_bear_already_is_not_free()
    {
        await _warehouse.SavePreprocessedAsync([new PreprocessedIncident { Number = "1", TechCenter = "network/core", Summary = "a", ContentHash = TextHash.Of("a"), Embedder = "e", Embedding = new float[] { 1 } }], [], null, 1);

        (await RefusedAsync(() => Catalog.AddAsync(new Dataset { Name = "network" }))).Message.ShouldContain("'network/core'");
        await Catalog.AddAsync(new Dataset { Name = "net" });
    }

    [TestMethod]
    public async Task A_definition_that_cannot_be_read_is_named()
    {
        await _objects.WriteAsync("datasets/odd.json", async (stream, stopping) => await stream.WriteAsync("{ \"name\": "u8.ToArray(), stopping));

        (await Should.ThrowAsync<ObjectStoreException>(() => Catalog.ListAsync())).Message.ShouldContain("datasets/odd.json");
    }

    [TestMethod]
    public void Rows_of_other_data_sets_bear_its_name_before_their_number_and_partition()
    {
        Dataset survey = new() { Name = "survey", Kind = DatasetKind.Records };
        Dataset incidents = new() { Name = Dataset.Incidents };

        (survey.NumberOf("7"), survey.TechCenterOf("North", "default"), survey.TechCenterOf("", "default")).ShouldBe(("survey/7", "survey/North", "survey"));
        (incidents.NumberOf("7"), incidents.TechCenterOf("North", "default"), incidents.TechCenterOf("", "default")).ShouldBe(("7", "North", "default"));
        (survey.Owns("survey"), survey.Owns("survey/North"), survey.Owns("surveyors"), survey.Owns("Network"), incidents.Owns("incidents")).ShouldBe((true, true, false, false, false));
    }

    private static JsonElement Json(string text) => JsonElement.Parse(text);

    private static async Task<RequestException> RefusedAsync(Func<Task> request) => await Should.ThrowAsync<RequestException>(request);
}
