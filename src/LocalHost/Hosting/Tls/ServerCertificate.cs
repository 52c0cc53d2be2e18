using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;
using Pipeline.Keys;

namespace Pipeline.LocalHost.Hosting.Tls;

/// <summary>
/// The certificate that the host answers with now. It is loaded again when its files change, or its store holds another, and holds for connections that begin from then on; those that there are go on.
/// One that cannot be used leaves the one before in its place, and is told once. May be used from many threads.
/// </summary>
internal sealed partial class ServerCertificate : IDatedKeys
{
    private static readonly TimeSpan StorePause = TimeSpan.FromMinutes(1);

    private readonly TlsSettings _settings;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private volatile Present _present;

    /// <summary>Loads the certificate.</summary>
    /// <exception cref="CommandException">It cannot be used; the message says why.</exception>
    public ServerCertificate(TlsSettings settings, TimeProvider clock, ILogger<ServerCertificate> logger)
    {
        (_settings, _clock, _logger) = (settings, clock, logger);
        _present = Load(Stamp());
    }

    /// <summary>What a connection that begins is answered with: TLS 1.2 and, where the platform has it, 1.3.</summary>
    public SslServerAuthenticationOptions Options() => new()
    {
        ServerCertificateContext = Current().Context,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
    };

    /// <inheritdoc/>
    public Task<IReadOnlyList<DatedKey>> ListAsync(CancellationToken cancellationToken = default) => Task.FromResult<IReadOnlyList<DatedKey>>([DatedOf(Current().Loaded)]);

    /// <summary>A certificate among the keys.</summary>
    public static DatedKey DatedOf(LoadedCertificate loaded) =>
        new(loaded.Leaf.Subject, "certificate", new DateTimeOffset(loaded.Leaf.NotBefore.ToUniversalTime()), new DateTimeOffset(loaded.Leaf.NotAfter.ToUniversalTime()));

    private Present Current()
    {
        string stamp = Stamp();
        if (string.Equals(_present.Stamp, stamp, StringComparison.Ordinal))
        {
            return _present;
        }

        lock (_gate)
        {
            if (!string.Equals(_present.Stamp, stamp, StringComparison.Ordinal))
            {
                _present = Reload(stamp);
            }

            return _present;
        }
    }

    private Present Reload(string stamp)
    {
        try
        {
            Present present = Load(stamp);
            if (!string.Equals(present.Loaded.Leaf.Thumbprint, _present.Loaded.Leaf.Thumbprint, StringComparison.Ordinal))
            {
                LogChanged(present.Loaded.Leaf.Subject, present.Loaded.Leaf.NotAfter.ToUniversalTime().ToString("u", CultureInfo.InvariantCulture));
            }

            return present;
        }
        catch (CommandException e)
        {
            // Half of a new pair may be there; it is looked at again when the other half comes.
            LogUnusable(e.Message);
            return _present with { Stamp = stamp };
        }
    }

    private Present Load(string stamp)
    {
        LoadedCertificate loaded = CertificateLoader.Load(_settings, _clock.GetUtcNow());
        return new Present(stamp, loaded, SslStreamCertificateContext.Create(loaded.Leaf, loaded.Issuers, offline: true));
    }

    // Nothing tells of a change in a store.
    private string Stamp() => _settings.CertificatePath is { Length: > 0 } path
        ? $"{StampOf(path)} {(_settings.KeyPath is { Length: > 0 } key ? StampOf(key) : "")}"
        : (_clock.GetUtcNow().Ticks / StorePause.Ticks).ToString(CultureInfo.InvariantCulture);

    // A mounted secret is a link that is turned to another file.
    private static string StampOf(string path)
    {
        try
        {
            FileInfo file = new(path);
            FileSystemInfo target = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            return target.Exists ? FormattableString.Invariant($"{target.FullName} {target.LastWriteTimeUtc.Ticks}") : "none";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is not there just now, or may not be read. The loading says so, and what was loaded before goes on.
            return "none";
        }
    }

    [LoggerMessage(EventId = 14, Level = LogLevel.Information, Message = "New connections are answered with the certificate {Subject}, valid until {Until}")]
    private partial void LogChanged(string subject, string until);

    [LoggerMessage(EventId = 15, Level = LogLevel.Error, Message = "The certificate before goes on, since the new one cannot be used: {Problem}")]
    private partial void LogUnusable(string problem);

    private sealed record Present(string Stamp, LoadedCertificate Loaded, SslStreamCertificateContext Context);
}
