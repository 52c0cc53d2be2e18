using System.Globalization;
using CsvHelper;
using Pipeline.Cli.Demo;
using Pipeline.Incidents;

namespace Pipeline.Cli.Tests.Support;

/// <summary>CSV files of made-up incidents in ServiceNow's columns.</summary>
internal static class SampleCsv
{
    /// <summary>Writes <paramref name="count"/> incidents; <paramref name="change"/> is given each row's number, from 1, and its text with the line end, and answers what is written in its place.</summary>
    public static string Write(string path, int count, int seed = 1, Func<int, string, string>? change = null)
    {
        using StreamWriter text = new(path);
        text.Write(Record(["number", "opened_at", "short_description", "description", "assignment_group"]));
        int row = 0;
        foreach (Incident incident in DemoIncidents.Generate(count, seed))
        {
            row++;
            string record = Record([incident.Number, incident.CreatedOn!.Value.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), incident.Texts[0], incident.Texts[1], incident.TechCenter]);
            text.Write(change is null ? record : change(row, record));
        }

        return path;
    }

    private static string Record(string[] fields)
    {
        using StringWriter text = new(CultureInfo.InvariantCulture);
        using CsvWriter csv = new(text, CultureInfo.InvariantCulture, leaveOpen: true);
        foreach (string field in fields)
        {
            csv.WriteField(field);
        }

        csv.NextRecord();
        csv.Flush();
        return text.ToString();
    }
}
