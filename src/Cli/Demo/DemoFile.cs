using System.Globalization;
using System.Text;
using Pipeline.Incidents;
using Pipeline.Intake;

namespace Pipeline.Cli.Demo;

/// <summary>The demo's incidents as a ServiceNow export, which is imported as any other file is.</summary>
internal static class DemoFile
{
    /// <summary>The file's name in the data folder.</summary>
    public const string Name = "demo-incidents.csv";

    /// <summary>Writes the export. Memory: one incident.</summary>
    public static async Task WriteAsync(Stream target, IEnumerable<Incident> incidents)
    {
        await using StreamWriter text = new(target, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        CsvWriter csv = new(text, raw: true);
        csv.Write("number", "opened_at", "sys_updated_on", "short_description", "description", "assignment_group", "priority", "state", "resolved_at", "close_notes", "reopen_count", "location", "cmdb_ci");
        foreach (Incident incident in incidents)
        {
            csv.Write(incident.Number, Date(incident.CreatedOn), Date(incident.UpdatedOn), incident.Texts[0], incident.Texts[1], incident.TechCenter,
                incident.Priority ?? "", incident.State ?? "", Date(incident.ResolvedOn), incident.CloseNotes ?? "", incident.ReopenCount?.ToString(CultureInfo.InvariantCulture) ?? "", incident.Location ?? "", incident.ConfigurationItem ?? "");
        }
    }

    private static string Date(DateTimeOffset? date) => date?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) ?? "";
}
