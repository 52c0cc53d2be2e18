namespace Pipeline.Access;

/// <summary>Who is let in: the settings under <c>Access</c>.</summary>
public sealed record AccessOptions
{
    private const string Nothing = "none";
    private const string Secrets = "secret";

    private static readonly Dictionary<string, string> None = [];

    /// <summary>Who issues the tokens that are taken, such as <c>https://login.microsoftonline.com/TENANT/v2.0</c>; none where no tokens are taken from outside.</summary>
    public string? Authority { get; init; }

    /// <summary>For whom tokens must be issued: the application's id, its URI or both, separated by commas. Needed with <see cref="Authority"/>.</summary>
    public string? Audience { get; init; }

    /// <summary>The directory from which tokens must come. Needed with <see cref="Authority"/>.</summary>
    public string? TenantId { get; init; }

    /// <summary>The id of the application as which the desk has people sign in; none where it does not.</summary>
    public string? ClientId { get; init; }

    /// <summary>What the desk asks a token for; by default all that the first audience grants the application.</summary>
    public string? Scope { get; init; }

    /// <summary>The roles of keys by the keys' names, in whatever case. A key that is not among them has the role operator, the master key the role admin.</summary>
    public IReadOnlyDictionary<string, string> KeyRoles { get; init; } = None;

    /// <summary>The roles that may see texts as they came, separated by commas; <c>none</c> for nobody. A role is named itself: those above it do not have the permission by it.</summary>
    public string? ReadText { get; init; }

    /// <summary>By role, the placeholders of what stays masked in texts as they came, separated by commas, such as <c>secret, iban</c>; <c>none</c> for nothing. A role that is not among them does not see secrets.</summary>
    public IReadOnlyDictionary<string, string> StaysMasked { get; init; } = None;

    /// <summary>The roles that may see texts as they came; admin alone where the settings say nothing.</summary>
    public IReadOnlyList<Role> TextReaders => [.. Listed(ReadText ?? RoleNames.Of(Role.Admin)).Select(RoleNames.Find).OfType<Role>()];

    /// <summary>Whether tokens of an authority are taken.</summary>
    public bool TakesTokens => !string.IsNullOrWhiteSpace(Authority);

    /// <summary>Whether the desk has people sign in.</summary>
    public bool OffersSignIn => TakesTokens && !string.IsNullOrWhiteSpace(ClientId);

    /// <summary>What the desk asks a token for.</summary>
    public string SignInScope => string.IsNullOrWhiteSpace(Scope) ? $"{Audiences[0]}/.default" : Scope;

    /// <summary>The audiences in <see cref="Audience"/>.</summary>
    public IReadOnlyList<string> Audiences => (Audience ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The placeholders, without angle brackets, of what stays masked for a role in texts as they came.</summary>
    public IReadOnlyList<string> PlaceholdersOf(Role role) =>
        Listed(StaysMasked.FirstOrDefault(named => string.Equals(named.Key, RoleNames.Of(role), StringComparison.OrdinalIgnoreCase)).Value ?? Secrets);

    /// <summary>The role of a key.</summary>
    public Role RoleOf(string key, Role otherwise) => KeyRoles.FirstOrDefault(named => string.Equals(named.Key, key, StringComparison.OrdinalIgnoreCase)).Value is string role ? RoleNames.Find(role)!.Value : otherwise;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="SettingException">One is missing or malformed; the message names it.</exception>
    public void Validate()
    {
        foreach ((string key, string role) in KeyRoles)
        {
            if (RoleNames.Find(role) is null)
            {
                throw new SettingException($"Access:KeyRoles:{key}", $"is '{role}'; it must be one of {string.Join(", ", RoleNames.All)}.");
            }
        }

        foreach (string name in Listed(ReadText ?? "").Where(name => RoleNames.Find(name) is null))
        {
            throw new SettingException("Access:ReadText", $"names '{name}'; it must be {Nothing}, or some of {string.Join(", ", RoleNames.All)} with commas between.");
        }

        foreach (string name in StaysMasked.Keys.Where(name => RoleNames.Find(name) is null))
        {
            throw new SettingException($"Access:StaysMasked:{name}", $"is of no role; there are {string.Join(", ", RoleNames.All)}.");
        }

        if (!TakesTokens)
        {
            return;
        }

        // Over plain HTTP whoever is on the way could send keys of his own.
        if (!Uri.TryCreate(Authority, UriKind.Absolute, out Uri? authority) || !(authority.Scheme is "https" || (authority.Scheme is "http" && authority.IsLoopback)))
        {
            throw new SettingException("Access:Authority", $"is '{Authority}'; it must be an address that begins with https://, such as https://login.microsoftonline.com/TENANT/v2.0.");
        }

        if (Audiences.Count == 0)
        {
            throw new SettingException("Access:Audience", "is missing. With Access:Authority, name the application for which tokens must be issued, such as api://APPLICATION-ID.");
        }

        if (string.IsNullOrWhiteSpace(TenantId))
        {
            throw new SettingException("Access:TenantId", "is missing. With Access:Authority, name the directory from which tokens must come.");
        }
    }

    /// <summary>Checks that what is to stay masked is something that the rules mask.</summary>
    /// <param name="placeholders">What the rules put in the place of data.</param>
    /// <exception cref="SettingException">A setting names something else; the message names it.</exception>
    public void ValidateMasking(IReadOnlyCollection<string> placeholders)
    {
        string[] known = [.. placeholders.Select(placeholder => placeholder.Trim('<', '>')).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)];
        foreach ((string role, string named) in StaysMasked)
        {
            if (Listed(named).FirstOrDefault(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)) is string unknown)
            {
                throw new SettingException($"Access:StaysMasked:{role}", $"names '{unknown}', which no rule masks; it must be {Nothing}, or some of {string.Join(", ", known)} with commas between.");
            }
        }
    }

    private static string[] Listed(string value) =>
        [.. value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(name => !string.Equals(name, Nothing, StringComparison.OrdinalIgnoreCase))];
}
