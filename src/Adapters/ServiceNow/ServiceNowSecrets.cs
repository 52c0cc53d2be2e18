namespace Pipeline.Adapters.ServiceNow;

/// <summary>How the feed signs in: by OAuth where there is a client, with the user's password or as the client itself; otherwise by the user's name and password with every request.</summary>
/// <param name="UserName">The user; null where the client signs in as itself.</param>
/// <param name="Password">The user's password.</param>
/// <param name="ClientId">The OAuth client; null for none.</param>
/// <param name="ClientSecret">The client's secret.</param>
public sealed record ServiceNowSecrets(string? UserName, string? Password, string? ClientId, string? ClientSecret)
{
    /// <summary>Whether a token is asked for.</summary>
    public bool IsOAuth => !string.IsNullOrEmpty(ClientId);

    /// <summary>Whether the user's password goes with the question for a token.</summary>
    public bool HasUser => !string.IsNullOrEmpty(UserName);

    /// <summary>Checks that there is enough to sign in with.</summary>
    /// <exception cref="SettingException">Something is missing.</exception>
    public void Validate()
    {
        if (!IsOAuth && !HasUser)
        {
            throw new SettingException($"{ServiceNowOptions.Section}:{nameof(ClientId)}", $"is missing, and so is {ServiceNowOptions.Section}:{nameof(UserName)}; a client of OAuth or a user must be named to sign in with.");
        }

        Require(!HasUser || !string.IsNullOrEmpty(Password), nameof(Password), nameof(UserName));
        Require(!IsOAuth || !string.IsNullOrEmpty(ClientSecret), nameof(ClientSecret), nameof(ClientId));
    }

    private static void Require(bool holds, string missing, string given)
    {
        if (!holds)
        {
            throw new SettingException($"{ServiceNowOptions.Section}:{missing}", $"is missing, while {ServiceNowOptions.Section}:{given} is given. It is a secret: in Azure keep it in the Key Vault as {ServiceNowOptions.Section}--{missing}.");
        }
    }
}
