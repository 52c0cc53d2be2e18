using Microsoft.Extensions.Configuration;
using Pipeline.Encryption;
using Pipeline.Keys;
using Pipeline.LocalHost.Hosting.Tls;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Keys;

/// <summary>All keys of a data folder and its settings, for a command beside a host that may hold the folder.</summary>
internal static class KeyInventory
{
    /// <summary>Lists them with their states.</summary>
    /// <exception cref="CommandException">A setting or the certificate is wrong.</exception>
    /// <exception cref="SettingException">The file of the envelope keys cannot be read.</exception>
    public static async Task<IReadOnlyList<KeyState>> ListAsync(string folder, IConfiguration configuration, TimeProvider clock, CancellationToken cancellationToken)
    {
        KeyOptions options = KeyServices.Options(configuration);
        EnvelopeKeyring keyring = new(name => configuration[name]);
        _ = keyring.Current;
        List<DatedKey> keys = [];
        foreach (IDatedKeys source in (IDatedKeys[])[new FolderKeys(folder, configuration, clock), new VaultKeys(configuration, keyring)])
        {
            keys.AddRange(await source.ListAsync(cancellationToken));
        }

        TlsSettings tls = TlsSettings.Read(configuration);
        if (tls.IsOn)
        {
            keys.Add(ServerCertificate.DatedOf(CertificateLoader.Load(tls, clock.GetUtcNow())));
        }

        return [.. keys.Select(key => KeyState.Of(key, options, clock.GetUtcNow()))];
    }
}
