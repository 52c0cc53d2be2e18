using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pipeline.LocalHost.Hosting.Tls;

/// <summary>Loads the certificate that the settings name, with its private key and those of its issuers, and says what is wrong with one that cannot be used.</summary>
internal static class CertificateLoader
{
    /// <summary>Loads it.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="CommandException">It is missing, cannot be read, has no private key or another one, is not valid yet, or has expired.</exception>
    public static LoadedCertificate Load(TlsSettings settings, DateTimeOffset now)
    {
        LoadedCertificate loaded = settings.CertificatePath is { Length: > 0 } path ? OfFile(settings, path) : new LoadedCertificate(OfStore(settings, now), []);
        string name = Describe(loaded.Leaf);
        string? problem = !loaded.Leaf.HasPrivateKey ? $"{name} has no private key here. Set Tls:KeyPath to its file, or use a file or store that holds it."
            : now.UtcDateTime < loaded.Leaf.NotBefore.ToUniversalTime() ? string.Create(CultureInfo.InvariantCulture, $"{name} is not valid before {loaded.Leaf.NotBefore.ToUniversalTime():yyyy-MM-dd HH:mm} UTC. See whether this machine's clock is right, or use another one until then.")
            : now.UtcDateTime >= loaded.Leaf.NotAfter.ToUniversalTime() ? string.Create(CultureInfo.InvariantCulture, $"{name} has expired on {loaded.Leaf.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm} UTC. Put another one in its place.")
            : null;
        return problem is null ? loaded : throw Wrong(problem);
    }

    private static LoadedCertificate OfFile(TlsSettings settings, string path)
    {
        RequireFile(path, "Tls:CertificatePath");
        string? keyPath = string.IsNullOrWhiteSpace(settings.KeyPath) ? null : settings.KeyPath;
        if (keyPath is not null)
        {
            RequireFile(keyPath, "Tls:KeyPath");
        }

        try
        {
            return path.EndsWith(".pfx", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".p12", StringComparison.OrdinalIgnoreCase) ? OfPkcs12(path, settings.Password) : OfPem(path, keyPath, settings.Password);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or NotSupportedException)
        {
            string key = keyPath is null ? "" : $" and the key in '{keyPath}'";
            throw new CommandException($"The certificate in '{path}'{key} cannot be used: {UserMessage.Sentence(e)} See that the key is the one that the certificate was made for, that both are whole, and that Tls:Password is right where there is a password.", ExitCode.WrongUsage, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The certificate in '{path}' cannot be read: {UserMessage.Sentence(e)} See that this user may read it.", ExitCode.WrongUsage, e);
        }
    }

    private static LoadedCertificate OfPkcs12(string path, string? password)
    {
        X509Certificate2Collection all = X509CertificateLoader.LoadPkcs12CollectionFromFile(path, password);
        X509Certificate2 leaf = all.FirstOrDefault(certificate => certificate.HasPrivateKey) ?? all.FirstOrDefault() ?? throw new CryptographicException("It holds no certificate.");
        return new LoadedCertificate(leaf, [.. all.Where(certificate => !ReferenceEquals(certificate, leaf))]);
    }

    private static LoadedCertificate OfPem(string path, string? keyPath, string? password)
    {
        X509Certificate2 leaf = string.IsNullOrEmpty(password) ? X509Certificate2.CreateFromPemFile(path, keyPath) : X509Certificate2.CreateFromEncryptedPemFile(path, password, keyPath);
        X509Certificate2Collection all = [];
        all.ImportFromPemFile(path);

        // Windows takes no key that is in memory alone.
        leaf = OperatingSystem.IsWindows() ? X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), password: null) : leaf;
        return new LoadedCertificate(leaf, [.. all.Where(certificate => !string.Equals(certificate.Thumbprint, leaf.Thumbprint, StringComparison.Ordinal))]);
    }

    private static X509Certificate2 OfStore(TlsSettings settings, DateTimeOffset now)
    {
        using X509Store store = new(StoreName.My, settings.StoreLocation);
        string what = settings.Thumbprint is { Length: > 0 } ? $"thumbprint '{settings.Thumbprint}' (Tls:Thumbprint)" : $"subject '{settings.Subject}' (Tls:Subject)";
        try
        {
            store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
        }
        catch (CryptographicException e)
        {
            throw new CommandException($"There is no certificate of the {what}: the store My of {settings.StoreLocation} cannot be opened: {UserMessage.Sentence(e)}", ExitCode.WrongUsage, e);
        }

        X509Certificate2Collection found = settings.Thumbprint is { Length: > 0 } thumbprint
            ? store.Certificates.Find(X509FindType.FindByThumbprint, thumbprint.Replace(" ", "", StringComparison.Ordinal), validOnly: false)
            : store.Certificates.Find(X509FindType.FindBySubjectName, settings.Subject!, validOnly: false);
        return found.OrderByDescending(certificate => certificate.HasPrivateKey).ThenByDescending(certificate => certificate.NotBefore <= now.LocalDateTime).ThenByDescending(certificate => certificate.NotAfter).FirstOrDefault()
            ?? throw Wrong($"There is no certificate of the {what} in the store My of {settings.StoreLocation}. Import it there, or name the store with Tls:StoreLocation.");
    }

    private static void RequireFile(string path, string setting)
    {
        if (!File.Exists(path))
        {
            throw Wrong($"{setting} names '{Path.GetFullPath(path)}', which is not there.");
        }
    }

    private static string Describe(X509Certificate2 certificate) => $"The certificate '{certificate.Subject}'";

    private static CommandException Wrong(string message) => new(message, ExitCode.WrongUsage);
}

/// <summary>A certificate with those of its issuers.</summary>
/// <param name="Leaf">The certificate, with its private key.</param>
/// <param name="Issuers">Those of its issuers, as far as they were in the file.</param>
internal sealed record LoadedCertificate(X509Certificate2 Leaf, X509Certificate2Collection Issuers);
