using System.Globalization;
using CsvHelper;
using Pipeline.Incidents;
using Pipeline.LocalHost.Demo;

namespace Pipeline.LocalHost.Tests.Support;

/// <summary>CSV files of made-up incidents in ServiceNow's columns.</summary>
internal static class SampleCsv
{
    public static string Write(string path, int count, int seed = 1)
    {
        using StreamWriter text = new(path);
        using CsvWriter csv = new(text, CultureInfo.InvariantCulture);
        foreach (string name in new[] { "number", "opened_at", "short_description", "description", "assignment_group" })
        {
            csv.WriteField(name);
        }

        csv.NextRecord();
        foreach (Incident incident in DemoIncidents.Generate(count, seed))
        {
            csv.WriteField(incident.Number);
            csv.WriteField(incident.CreatedOn!.Value.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
            csv.WriteField(incident.Texts[0]);
            csv.WriteField(incident.Texts[1]);
            csv.WriteField(incident.TechCenter);
            csv.NextRecord();
        }

        return path;
    }
}
