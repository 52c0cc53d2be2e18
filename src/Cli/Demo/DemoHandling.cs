using System.Globalization;
using Pipeline.Incidents;

namespace Pipeline.Cli.Demo;

/// <summary>How the demo company handled an incident: priority, resolution, how often it came back, where it happened. By number and problem alone, so that the texts are what they were.</summary>
internal static class DemoHandling
{
    private static readonly string[] Priorities = ["1 - Critical", "2 - High", "3 - Moderate", "4 - Low"];
    private static readonly string[] Sites = ["Hamburg", "Lyon", "Porto", "Austin", "Pune", "Singapore"];
    private static readonly string[] Notes = ["Restarted the service, user confirmed.", "Access granted again.", "Replaced the device.", "Rolled back the last change.", "Explained to the user.", "Configuration corrected and tested."];

    /// <summary>The incident with its handling. What is younger than a few days before the end may still be open.</summary>
    /// <param name="incident">The incident.</param>
    /// <param name="problem">What it was made from; null for a one-off.</param>
    /// <param name="until">The end of the demo's time.</param>
    public static Incident Of(Incident incident, DemoProblem? problem, DateTimeOffset until)
    {
        uint own = Hash(incident.Number), kind = Hash(problem?.Name ?? "one-off");

        // One problem in four is mostly urgent, and one in five is seldom mended for good.
        int urgent = kind % 4 == 0 ? 55 : 12;
        int reopened = kind % 5 == 1 ? 30 : 5;
        int usualHours = 2 + (int)(kind % 7 * (kind % 7) * 2);
        int draw = (int)(own % 100);
        DateTimeOffset resolved = incident.CreatedOn!.Value.AddHours(usualHours * (0.25 + (own / 100 % 300 / 100.0)));
        bool done = resolved < until;
        return incident with
        {
            Priority = Priorities[draw < urgent / 4 ? 0 : draw < urgent ? 1 : draw < urgent + 40 ? 2 : 3],
            State = done ? "Closed" : "In Progress",
            ResolvedOn = done ? resolved : null,
            CloseNotes = done ? Notes[(kind + (own / 7 % 3)) % Notes.Length] : null,
            ReopenCount = own / 13 % 100 < reopened ? 1 : 0,
            Location = Sites[(own / 1_000) % Sites.Length],
            ConfigurationItem = problem is null ? null : string.Create(CultureInfo.InvariantCulture, $"CI-{kind % 90 + 10}"),
        };
    }

    // FNV-1a with a last mixing: the runtime's own hash of a text is another one each time.
    private static uint Hash(string text)
    {
        uint hash = 2166136261;
        foreach (char c in text)
        {
            hash = (hash ^ c) * 16777619;
        }

        hash = (hash ^ (hash >> 16)) * 2246822507;
        return hash ^ (hash >> 13);
    }
}
