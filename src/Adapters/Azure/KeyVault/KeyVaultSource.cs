using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Adapters.Azure.KeyVault;

/// <summary>A Key Vault as a source of settings.</summary>
internal sealed class KeyVaultSource(SecretClient client, TimeSpan refresh, TimeProvider clock, Action<string>? report) : IConfigurationSource
{
    /// <inheritdoc/>
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new KeyVaultProvider(client, refresh, clock, report);
}
