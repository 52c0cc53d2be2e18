using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using Pipeline.LocalHost.Keys;

namespace Pipeline.LocalHost.Hosting.Tokens;

/// <summary>
/// The files of a data folder's own tokens: the signing key and the list of those issued, for their owner's eyes alone. They are changed while a host holds the folder, so they have a lock of their own.
/// May be used from many threads and processes.
/// </summary>
/// <param name="KeyPath">The signing key, as PKCS #8 in PEM.</param>
/// <param name="ListPath">The list, as JSON.</param>
internal sealed record TokenFiles(string KeyPath, string ListPath)
{
    private volatile State? _state;

    /// <summary>The public halves of the signing keys before, as JSON: they verify what they have signed, and sign nothing any more.</summary>
    public string ReplacedPath => Path.ChangeExtension(KeyPath, ".replaced.json");

    /// <summary>The list and the keys that verify, as they are now; read only where a file changed. There are no keys where no token was ever issued.</summary>
    /// <exception cref="CommandException">A file cannot be read.</exception>
    public async ValueTask<(IReadOnlyList<IssuedToken> List, IReadOnlyList<ECDsaSecurityKey> Keys)> CurrentAsync(CancellationToken cancellationToken)
    {
        string stamp = $"{Stamp(KeyPath)} {Stamp(ListPath)} {Stamp(ReplacedPath)}";
        if (_state is not State state || !string.Equals(state.Stamp, stamp, StringComparison.Ordinal))
        {
            ECDsaSecurityKey[] current = File.Exists(KeyPath) ? [await ReadKeyAsync(cancellationToken)] : [];
            state = new State(stamp, await ReadAsync(cancellationToken), [.. current, .. (await ReadReplacedAsync(cancellationToken)).Select(key => Verifier(key.PublicKey))]);
            _state = state;
        }

        return (state.List, state.Keys);
    }

    /// <summary>Makes a new signing key. The public half of the one before stays until the last token that it may have signed has expired; its private half is gone.</summary>
    /// <exception cref="CommandException">A file cannot be read or written.</exception>
    public async Task RotateKeyAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using FileStream taken = await LockAsync(cancellationToken);
        ReplacedSigner[] replaced = [.. (await ReadReplacedAsync(cancellationToken)).Where(key => key.Until > now)];
        if (File.Exists(KeyPath) && (await ReadAsync(cancellationToken)).Where(token => token.Revoked is null).Select(token => token.Expires).DefaultIfEmpty().Max() is DateTimeOffset until && until > now)
        {
            replaced = [.. replaced, new ReplacedSigner((await ReadKeyAsync(cancellationToken)).ECDsa.ExportSubjectPublicKeyInfoPem(), until)];
        }

        await WritePrivateAsync(ReplacedPath, stream => JsonSerializer.SerializeAsync(stream, replaced, PipelineJson.Indented, cancellationToken));
        await MakeKeyAsync(cancellationToken);
    }

    /// <summary>The list.</summary>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public async Task<IReadOnlyList<IssuedToken>> ReadAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(ListPath))
        {
            return [];
        }

        try
        {
            IReadOnlyList<IssuedToken?> list = JsonSerializer.Deserialize<IReadOnlyList<IssuedToken?>>(await File.ReadAllBytesAsync(ListPath, cancellationToken), PipelineJson.Indented) ?? throw new JsonException("It holds null.");
            return [.. list.Select(token => token is { Id: not null, Name: not null } && Enum.IsDefined(token.Role) ? token : throw new JsonException("It has an entry that is no token."))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CommandException($"The tokens in '{ListPath}' cannot be read: {e.Message} Mend the file, or remove it: then no token that was issued is valid any more.", ExitCode.Failed, e);
        }
    }

    /// <summary>Changes the list; nobody else changes it meanwhile.</summary>
    /// <returns>The list as it is now.</returns>
    /// <exception cref="CommandException">It cannot be read or written, or another process holds it too long.</exception>
    public async Task<IReadOnlyList<IssuedToken>> ChangeAsync(Func<IReadOnlyList<IssuedToken>, IReadOnlyList<IssuedToken>> change, CancellationToken cancellationToken)
    {
        await using FileStream taken = await LockAsync(cancellationToken);
        IReadOnlyList<IssuedToken> changed = change(await ReadAsync(cancellationToken));
        await WritePrivateAsync(ListPath, stream => JsonSerializer.SerializeAsync(stream, changed, PipelineJson.Indented, cancellationToken));
        return changed;
    }

    /// <summary>The signing key; made where there is none.</summary>
    /// <exception cref="CommandException">It cannot be read or written.</exception>
    public async Task<ECDsaSecurityKey> KeyAsync(CancellationToken cancellationToken)
    {
        await using FileStream taken = await LockAsync(cancellationToken);
        if (!File.Exists(KeyPath))
        {
            await MakeKeyAsync(cancellationToken);
        }

        return await ReadKeyAsync(cancellationToken);
    }

    private async Task MakeKeyAsync(CancellationToken cancellationToken)
    {
        using ECDsa made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] text = Encoding.ASCII.GetBytes(made.ExportPkcs8PrivateKeyPem());
        await WritePrivateAsync(KeyPath, stream => stream.WriteAsync(text, cancellationToken).AsTask());
    }

    private static Task WritePrivateAsync(string path, Func<Stream, Task> write) => AtomicFile.WriteAsync(path, stream =>
    {
        PrivateFiles.CloseAlways(((FileStream)stream).Name);
        return write(stream);
    });

    private async Task<IReadOnlyList<ReplacedSigner>> ReadReplacedAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(ReplacedPath))
        {
            return [];
        }

        try
        {
            ReplacedSigner?[] replaced = JsonSerializer.Deserialize<ReplacedSigner?[]>(await File.ReadAllBytesAsync(ReplacedPath, cancellationToken), PipelineJson.Indented) ?? throw new JsonException("It holds null.");
            foreach (ReplacedSigner? key in replaced)
            {
                _ = Verifier(key?.PublicKey ?? throw new JsonException("It has an entry that is no key."));
            }

            return replaced!;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentException or CryptographicException or NotSupportedException)
        {
            throw new CommandException($"The signing keys before, in '{ReplacedPath}', cannot be read: {e.Message} Restore the file, or remove it: then tokens from before the last 'keys rotate token' are not valid any more.", ExitCode.Failed, e);
        }
    }

    // Which key signed stands in the token's header.
    private static ECDsaSecurityKey Identified(ECDsa key) => new(key) { KeyId = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..16] };

    private static ECDsaSecurityKey Verifier(string publicKey)
    {
        ECDsa key = ECDsa.Create();
        key.ImportFromPem(publicKey);
        return Identified(key);
    }

    private async Task<ECDsaSecurityKey> ReadKeyAsync(CancellationToken cancellationToken)
    {
        try
        {
            PrivateFiles.CloseBeforeReading(KeyPath);
            ECDsa key = ECDsa.Create();
            key.ImportFromPem(await File.ReadAllTextAsync(KeyPath, cancellationToken));
            return Identified(key);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException or NotSupportedException)
        {
            throw new CommandException($"The signing key in '{KeyPath}' cannot be read: {e.Message} Restore the file, or remove it: then a new key is made with the next token, and no token that was issued is valid any more.", ExitCode.Failed, e);
        }
    }

    private Task<FileStream> LockAsync(CancellationToken cancellationToken) => KeyFileLock.TakeAsync(ListPath, "The tokens", cancellationToken);

    private static string Stamp(string path) => new FileInfo(path) is { Exists: true } file ? $"{file.LastWriteTimeUtc.Ticks}/{file.Length}" : "none";

    private sealed record State(string Stamp, IReadOnlyList<IssuedToken> List, IReadOnlyList<ECDsaSecurityKey> Keys);
}

/// <summary>A signing key that another has taken the place of.</summary>
/// <param name="PublicKey">Its public half, in PEM.</param>
/// <param name="Until">When the last token that it may have signed expires, in UTC.</param>
internal sealed record ReplacedSigner(string PublicKey, DateTimeOffset Until);
