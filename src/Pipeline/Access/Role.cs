namespace Pipeline.Access;

/// <summary>What a caller may do. Each role may do what those before it may.</summary>
public enum Role
{
    /// <summary>Sees problems, figures and state.</summary>
    Reader = 1,

    /// <summary>Works with them: classifies texts, answers alerts, notes experiments, sees rows that were refused.</summary>
    Analyst,

    /// <summary>Runs the pipeline: takes data in, trains, decides which version serves, keeps streams and data sets.</summary>
    Operator,

    /// <summary>Removes data for good, and stops everything.</summary>
    Admin,
}

/// <summary>The names of the roles, as settings, tokens and answers write them.</summary>
public static class RoleNames
{
    /// <summary>All names, the least first.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<Role>().Select(Of)];

    /// <summary>The name of a role.</summary>
    public static string Of(Role role) => role switch
    {
        Role.Reader => "reader",
        Role.Analyst => "analyst",
        Role.Operator => "operator",
        Role.Admin => "admin",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "There is no such role."),
    };

    /// <summary>The role of a name, whatever its case; null where there is none.</summary>
    public static Role? Find(string? name) =>
        Enum.GetValues<Role>().Where(role => string.Equals(Of(role), name, StringComparison.OrdinalIgnoreCase)).Select(role => (Role?)role).FirstOrDefault();
}
