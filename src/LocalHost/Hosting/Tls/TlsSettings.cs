using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalHost.Hosting.Tls;

/// <summary>The certificate that the host answers with: the settings under <c>Tls</c>. Without one it speaks plain HTTP.</summary>
internal sealed record TlsSettings
{
    /// <summary>The file of the certificate: PEM with those of its issuers after it, or PKCS #12 (<c>.pfx</c>, <c>.p12</c>).</summary>
    public string? CertificatePath { get; init; }

    /// <summary>The file of its private key in PEM, where that is not in the file of the certificate.</summary>
    public string? KeyPath { get; init; }

    /// <summary>The password of the PKCS #12 file or of the private key. Belongs into the environment or the vault.</summary>
    public string? Password { get; init; }

    /// <summary>The SHA-1 thumbprint of a certificate in the store of the operating system.</summary>
    public string? Thumbprint { get; init; }

    /// <summary>The subject of a certificate in the store of the operating system, or a part of it: the one that is valid longest is taken.</summary>
    public string? Subject { get; init; }

    /// <summary>Where the store is: CurrentUser or LocalMachine.</summary>
    public StoreLocation StoreLocation { get; init; } = StoreLocation.CurrentUser;

    /// <summary>A port on which plain HTTP is sent to HTTPS, 1 to 65535; 0 for none.</summary>
    public int HttpPort { get; init; }

    /// <summary>For how many days browsers are told to come by HTTPS alone, 0 to 3650; 0 tells them nothing.</summary>
    public int HstsDays { get; init; } = 365;

    /// <summary>Whether a certificate is named.</summary>
    public bool IsOn => IsSet(CertificatePath) || IsSet(Thumbprint) || IsSet(Subject);

    /// <summary>Reads and checks the settings. The certificate itself is looked at when it is loaded.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="required">Whether there must be a certificate.</param>
    /// <exception cref="CommandException">A setting is malformed, contradicts another, or is missing; the message names it.</exception>
    public static TlsSettings Read(IConfiguration configuration, bool required = false)
    {
        TlsSettings settings;
        try
        {
            settings = configuration.GetSection("Tls").Get<TlsSettings>() ?? new TlsSettings();
        }
        catch (InvalidOperationException e)
        {
            throw Wrong($"A setting under Tls cannot be read: {e.Message}");
        }

        int ways = new[] { settings.CertificatePath, settings.Thumbprint, settings.Subject }.Count(IsSet);
        return ways > 1 ? throw Wrong("The certificate is named in several ways: set one of Tls:CertificatePath, Tls:Thumbprint and Tls:Subject.")
            : required && ways == 0 ? throw Wrong("--https needs a certificate: set Tls:CertificatePath (and Tls:KeyPath), or Tls:Thumbprint or Tls:Subject of one in the store. For trying out, 'dotnet dev-certs https --export-path FILE.pem --format Pem --no-password' makes one.")
            : ways == 0 && (IsSet(settings.KeyPath) || settings.HttpPort != 0) ? throw Wrong("Tls:KeyPath or Tls:HttpPort is set, and no certificate: set Tls:CertificatePath, Tls:Thumbprint or Tls:Subject as well.")
            : settings.HttpPort is < 0 or > 65535 ? throw Wrong(string.Create(CultureInfo.InvariantCulture, $"Tls:HttpPort is {settings.HttpPort}; it must be from 0 to 65535."))
            : settings.HstsDays is < 0 or > 3650 ? throw Wrong(string.Create(CultureInfo.InvariantCulture, $"Tls:HstsDays is {settings.HstsDays}; it must be from 0 to 3650."))
            : settings;
    }

    private static bool IsSet(string? value) => !string.IsNullOrWhiteSpace(value);

    private static CommandException Wrong(string message) => new(message, ExitCode.WrongUsage);
}
