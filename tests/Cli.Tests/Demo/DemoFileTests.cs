using Pipeline.Adapters.Local;
using Pipeline.Cli.Demo;
using Pipeline.Cli.Tests.Support;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.Demo;

[TestClass]
public sealed class DemoFileTests
{
    [TestMethod]
    public async Task The_demos_incidents_come_back_from_their_file_as_they_were_made()
    {
        using TempFolder folder = new();
        await using (FileStream target = File.Create(folder[DemoFile.Name]))
        {
            await DemoFile.WriteAsync(target, DemoIncidents.Generate(3_000));
        }

        IntakeRow[] rows = [.. new IncidentReader(new IntakeOptions()).Read(folder[DemoFile.Name])];

        rows.ShouldAllBe(row => row.Reject == null);
        rows.Select(row => Line(row.Incident!)).ShouldBe(DemoIncidents.Generate(3_000).Select(Line));
    }

    [TestMethod]
    public async Task The_demo_imports_its_incidents_as_a_file_like_any_other()
    {
        using TempFolder folder = new();

        CommandResult demo = await CommandLine.RunAsync("demo", "--incidents", "200", "--data", folder["data"], "--json");

        demo.ExitCode.ShouldBe(0, demo.ToString());
        await using SqliteWarehouse warehouse = new(folder["data/warehouse.db"]);
        Ingestion ingestion = (await warehouse.ReadIngestionsAsync(10)).ShouldHaveSingleItem();
        (ingestion.File, ingestion.Source, ingestion.Accepted, ingestion.Rejected).ShouldBe((DemoFile.Name, "ServiceNow", 200, 0));
        File.Exists(folder[$"data/{DemoFile.Name}"]).ShouldBeTrue();
    }

    // White space at the ends of a text carries nothing, and is left out by the intake.
    private static string Line(Incident incident) => $"{incident.Number} {incident.CreatedOn:O} {incident.UpdatedOn:O} {incident.TechCenter} {string.Join('|', incident.Texts.Select(text => text.Trim()))}";
}
