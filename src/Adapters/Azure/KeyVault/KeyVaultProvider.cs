using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Azure;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Adapters.Azure.KeyVault;

/// <summary>Reads a vault's secrets, and in the background those that changed. A secret that did not change is listed but not read again.</summary>
internal sealed class KeyVaultProvider(SecretClient client, TimeSpan refresh, TimeProvider clock, Action<string>? report) : ConfigurationProvider, IDisposable
{
    // The list gives dates in whole seconds: what changed shortly before it was read may have changed once more within the second.
    private static readonly TimeSpan Uncertain = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();
    private Dictionary<string, KnownSecret> _known = new(StringComparer.OrdinalIgnoreCase);
    private Task? _refreshing;

    /// <summary>Reads all secrets for the first time and begins to look for changes.</summary>
    /// <exception cref="SettingException">The vault cannot be read.</exception>
    public override void Load()
    {
        try
        {
            // Settings are built without a context to return to, but by a synchronous interface.
            Task.Run(() => ReadAsync(_stop.Token)).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is RequestFailedException or AuthenticationFailedException or AggregateException or OperationCanceledException or HttpRequestException or IOException)
        {
            throw new SettingException(KeyVaultSecrets.UriSetting, $"is '{client.VaultUri}', which cannot be read: {Explain(e)}. Check the name, the network, and the identity's role 'Key Vault Secrets User'.", e);
        }

        _refreshing ??= RefreshAsync();
    }

    /// <summary>Stops looking for changes.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever keeps the vault from being read, the old values stay.")]
    private async Task RefreshAsync()
    {
        CancellationToken stopping = _stop.Token;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(refresh, clock, stopping);
                if (await ReadAsync(stopping))
                {
                    OnReload();
                }
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                report?.Invoke($"The secrets of {client.VaultUri} could not be refreshed; the old values stay: {Explain(e)}.");
            }
        }
    }

    /// <summary>Reads what changed, and tells whether anything did. Nothing is taken over unless all of it could be read.</summary>
    private async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, KnownSecret> read = new(StringComparer.OrdinalIgnoreCase);
        await foreach (SecretProperties secret in client.GetPropertiesOfSecretsAsync(cancellationToken))
        {
            if (secret.Enabled != false && await ReadAsync(secret, cancellationToken) is KnownSecret known)
            {
                read[secret.Name] = known;
            }
        }

        bool changed = read.Count != _known.Count || read.Any(r => !_known.TryGetValue(r.Key, out KnownSecret? before) || !string.Equals(before.Value, r.Value.Value, StringComparison.Ordinal));
        _known = read;
        if (changed)
        {
            Dictionary<string, string?> data = read.ToDictionary(r => r.Key.Replace("--", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal), r => (string?)r.Value.Value, StringComparer.OrdinalIgnoreCase);
            foreach ((string name, KnownSecret secret) in read)
            {
                data[$"{KeyVaultSecrets.DatesSection}:{name}"] = secret.Made?.ToString("O", CultureInfo.InvariantCulture);
            }

            Data = data;
        }

        return changed;
    }

    private async Task<KnownSecret?> ReadAsync(SecretProperties secret, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(secret.Name, out KnownSecret? known) && known.Changed == secret.UpdatedOn && known.ReadAt - known.Changed > Uncertain)
        {
            return known;
        }

        DateTimeOffset now = clock.GetUtcNow();
        try
        {
            KeyVaultSecret value = await client.GetSecretAsync(secret.Name, cancellationToken: cancellationToken);
            return new KnownSecret(value.Value, secret.CreatedOn, secret.UpdatedOn, now);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // It was deleted after it was listed.
            return null;
        }
    }

    // The service's message can be long and has the request in it; status and code say enough.
    private static string Explain(Exception exception) => exception switch
    {
        RequestFailedException { Status: > 0 } answer => $"status {answer.Status} ({answer.ErrorCode})",
        OperationCanceledException => "it does not answer in time",
        // Every attempt failed, each with an exception of its own.
        AggregateException { InnerException: Exception first } => Explain(first),
        _ => $"{exception.GetBaseException().GetType().Name}, {exception.GetBaseException().Message.Split('\n', 2)[0].TrimEnd('.', '\r')}",
    };

    /// <summary>A secret as it was read.</summary>
    private sealed record KnownSecret(string Value, DateTimeOffset? Made, DateTimeOffset? Changed, DateTimeOffset ReadAt);
}
