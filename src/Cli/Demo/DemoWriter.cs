namespace Pipeline.Cli.Demo;

/// <summary>Writes an incident's two texts the way people and monitoring systems do: with greetings, haste, typos and things that do not belong there.</summary>
internal sealed class DemoWriter(DemoCatalog catalog, Random random)
{
    private static readonly string[] Greetings = ["Hi team,", "Hello,", "Dear colleagues,", "Good morning,", "Hi,", "Hello Service Desk,", "Dear all,", "Hi there,"];
    private static readonly string[] Signatures = ["Thanks, {name}", "Kind regards\n{name}\n{dept}, {site}", "Best regards, {name}", "Thank you!", "Regards\n{name}\nTel. {phone}", "BR {name}", "Cheers, {name}", "Many thanks in advance\n{name}\n{email}"];
    private static readonly string[] Asides = ["You can reach me at {phone} or {email}.", "user: {user}", "My computer is {pc}, IP {ip}.", "Please call {phone} before you come.", "Affected user: {name} ({email})", "Contact on site: {name}, {phone}.", "Urgent!", "It is the third time this month."];

    /// <summary>The short description and the description of one incident; <paramref name="problem"/> is null for a one-off.</summary>
    public IReadOnlyList<string> Write(DemoProblem? problem, DateTimeOffset created)
    {
        var slots = new DemoSlots(random, created);
        if (problem is null)
        {
            return WriteNoise(slots);
        }

        string title = DemoTemplate.Write(Pick(problem.Titles), slots, random);
        string detail = DemoTemplate.Write(Pick(problem.Details), slots, random);
        return problem.Has("machine") ? [title, detail] : WritePerson(title, detail, slots);
    }

    private string[] WriteNoise(DemoSlots slots)
    {
        string subject = Pick(catalog.NoiseSubjects);
        string happening = Pick(catalog.NoiseHappenings);
        string title = random.Next(3) switch
        {
            0 => Capitalise($"{Plain(subject)} {happening}"),
            1 => $"Question about {subject}",
            _ => Capitalise($"{Plain(subject)}: {happening}"),
        };
        string detail = $"{Capitalise(subject)} {happening}.";
        for (int remarks = random.Next(3); remarks > 0; remarks--)
        {
            detail = $"{detail} {DemoTemplate.Write(Pick(catalog.NoiseRemarks), slots, random)}";
        }

        return WritePerson(title, detail, slots);
    }

    private string[] WritePerson(string title, string detail, DemoSlots slots)
    {
        double mood = random.NextDouble();
        if (mood < 0.05)
        {
            return [title, mood < 0.015 ? "" : title];
        }

        if (Chance(0.12))
        {
            detail = $"{detail} {DemoTemplate.Write(Pick(Asides), slots, random)}";
        }

        if (Chance(0.35))
        {
            detail = $"{Pick(Greetings)}\n{detail}";
        }

        if (Chance(0.3))
        {
            detail = $"{detail}\n{DemoTemplate.Write(Pick(Signatures), slots, random)}";
        }

        title = Chance(0.06) ? Mistype(title) : title;
        detail = Chance(0.2) ? Mistype(detail) : detail;
        return mood switch
        {
            < 0.08 => [title.ToUpperInvariant(), detail.ToUpperInvariant()],
            < 0.18 => [title.ToLowerInvariant(), detail],
            _ => [title, detail],
        };
    }

    /// <summary>One slip of the fingers between two letters: swapped, doubled or left out.</summary>
    private string Mistype(string text)
    {
        for (int attempt = 0; attempt < 8 && text.Length > 2; attempt++)
        {
            int at = random.Next(text.Length - 1);
            if (char.IsAsciiLetterLower(text[at]) && char.IsAsciiLetterLower(text[at + 1]))
            {
                return random.Next(3) switch
                {
                    0 => string.Concat(text.AsSpan(0, at), [text[at + 1], text[at]], text.AsSpan(at + 2)),
                    1 => string.Concat(text.AsSpan(0, at + 1), text.AsSpan(at)),
                    _ => string.Concat(text.AsSpan(0, at), text.AsSpan(at + 1)),
                };
            }
        }

        return text;
    }

    private bool Chance(double probability) => random.NextDouble() < probability;

    private string Pick(IReadOnlyList<string> values) => values[random.Next(values.Count)];

    /// <summary>The subject without its article, as people write titles.</summary>
    private static string Plain(string subject) => subject[(subject.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    private static string Capitalise(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
