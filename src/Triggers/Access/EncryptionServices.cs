using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Encryption;

namespace Pipeline.Triggers;

/// <summary>The envelope keys, and what seals streams and backups with them.</summary>
internal static class EncryptionServices
{
    /// <summary>Adds them once. The present key is looked at here, so that a wrong one is told before anything is written.</summary>
    /// <exception cref="SettingException">The present key is missing or malformed, the file of the keys cannot be read, or a setting has an earlier name.</exception>
    public static void AddEncryption(this IServiceCollection services, IConfiguration configuration)
    {
        if (services.Any(service => service.ServiceType == typeof(EnvelopeKeyring)))
        {
            return;
        }

        // Read at every use: a key of the vault that is changed, or another one that is named, holds from then on.
        EnvelopeKeyring keyring = new(name => configuration[name]);
        EnvelopeKeys present = keyring.Current;
        if (present.Current is string id)
        {
            _ = present.Of(id);
        }

        services.TryAddSingleton(keyring);
        services.TryAddSingleton(new EnvelopeSeal(() => keyring.Current));
    }
}
