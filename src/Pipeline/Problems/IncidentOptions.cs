namespace Pipeline.Problems;

/// <summary>How incidents are shown.</summary>
public sealed record IncidentOptions
{
    private const string Place = "{number}";

    /// <summary>The address of an incident in its source, with <c>{number}</c> in place of its number; null where there is none.</summary>
    public string? UrlTemplate { get; init; }

    /// <summary>The address of an incident; null where the setting names none.</summary>
    public string? UrlOf(string number) => UrlTemplate?.Replace(Place, Uri.EscapeDataString(number), StringComparison.Ordinal);

    /// <summary>Checks the address.</summary>
    /// <exception cref="SettingException">It is no address of the web, or has no place for the number.</exception>
    public void Validate()
    {
        if (UrlTemplate is not null && !(UrlTemplate.Contains(Place, StringComparison.Ordinal) && Uri.TryCreate(UrlOf("1"), UriKind.Absolute, out Uri? address) && (address.Scheme is "https" or "http")))
        {
            throw new SettingException("Incident:UrlTemplate", $"is '{UrlTemplate}'; it must be an address of http or https with {Place} in it, such as https://example.service-now.com/incident.do?number={Place}.");
        }
    }
}
