using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Adapters.Azure.KeyVault;
using Pipeline.Encryption;
using Pipeline.Keys;

namespace Pipeline.Triggers;

/// <summary>The keys: their ages, and wrapping those of files anew.</summary>
internal static class KeyServices
{
    /// <summary>Adds the use cases.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names it and the range.</exception>
    public static void AddKeys(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(Options(configuration));
        services.AddSingleton<IDatedKeys>(s => new VaultKeys(configuration, s.GetRequiredService<EnvelopeKeyring>()));
        services.TryAddSingleton<WatchKeys>();
        services.TryAddSingleton<RewrapFiles>();
    }

    /// <summary>The settings.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of its range; the message names it and the range.</exception>
    public static KeyOptions Options(IConfiguration configuration)
    {
        KeyOptions options = configuration.GetSection("Keys").Get<KeyOptions>() ?? new KeyOptions();
        options.Validate();
        return options;
    }
}

/// <summary>The secrets of the key vault that the settings are read from, with when each one's present version was made.</summary>
internal sealed class VaultKeys(IConfiguration configuration, EnvelopeKeyring keyring) : IDatedKeys
{
    private const string EnvelopePrefix = "Encryption--Keys--";

    /// <inheritdoc/>
    public Task<IReadOnlyList<DatedKey>> ListAsync(CancellationToken cancellationToken = default)
    {
        string? current = Present();
        return Task.FromResult<IReadOnlyList<DatedKey>>(
        [
            .. from secret in configuration.GetSection(KeyVaultSecrets.DatesSection).GetChildren()
            let made = DateTimeOffset.TryParse(secret.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset at) ? at : (DateTimeOffset?)null
            let envelope = secret.Key.StartsWith(EnvelopePrefix, StringComparison.OrdinalIgnoreCase) ? secret.Key[EnvelopePrefix.Length..] : null
            select envelope is null ? new DatedKey(secret.Key, "vault", made) : new DatedKey(envelope, "envelope", made, IsCurrent: string.Equals(envelope, current, StringComparison.OrdinalIgnoreCase)),
        ]);
    }

    // Whoever seals with the keys says what is wrong with them.
    private string? Present()
    {
        try
        {
            return keyring.Current.Current;
        }
        catch (SettingException)
        {
            return null;
        }
    }
}
