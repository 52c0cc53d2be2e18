using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Pipeline.LocalHost.Hosting.Tokens;

/// <summary>
/// The files of a data folder's own tokens: the signing key and the list of those issued, for their owner's eyes alone. They are changed while a host holds the folder, so they have a lock of their own.
/// May be used from many threads and processes.
/// </summary>
/// <param name="KeyPath">The signing key, as PKCS #8 in PEM.</param>
/// <param name="ListPath">The list, as JSON.</param>
internal sealed record TokenFiles(string KeyPath, string ListPath)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private volatile State? _state;

    /// <summary>The list and the key as they are now; read only where a file changed. The key is null where no token was ever issued.</summary>
    /// <exception cref="CommandException">A file cannot be read.</exception>
    public async ValueTask<(IReadOnlyList<IssuedToken> List, ECDsaSecurityKey? Key)> CurrentAsync(CancellationToken cancellationToken)
    {
        string stamp = $"{Stamp(KeyPath)} {Stamp(ListPath)}";
        if (_state is not State state || !string.Equals(state.Stamp, stamp, StringComparison.Ordinal))
        {
            state = new State(stamp, await ReadAsync(cancellationToken), File.Exists(KeyPath) ? await ReadKeyAsync(cancellationToken) : null);
            _state = state;
        }

        return (state.List, state.Key);
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
        await AtomicFile.WriteAsync(ListPath, async stream =>
        {
            PrivateFiles.CloseAlways(((FileStream)stream).Name);
            await JsonSerializer.SerializeAsync(stream, changed, PipelineJson.Indented, cancellationToken);
        });
        return changed;
    }

    /// <summary>The signing key; made where there is none.</summary>
    /// <exception cref="CommandException">It cannot be read or written.</exception>
    public async Task<ECDsaSecurityKey> KeyAsync(CancellationToken cancellationToken)
    {
        await using FileStream taken = await LockAsync(cancellationToken);
        if (!File.Exists(KeyPath))
        {
            using ECDsa made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            string text = made.ExportPkcs8PrivateKeyPem();
            await AtomicFile.WriteAsync(KeyPath, async stream =>
            {
                PrivateFiles.CloseAlways(((FileStream)stream).Name);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken);
            });
        }

        return await ReadKeyAsync(cancellationToken);
    }

    private async Task<ECDsaSecurityKey> ReadKeyAsync(CancellationToken cancellationToken)
    {
        try
        {
            PrivateFiles.CloseBeforeReading(KeyPath);
            ECDsa key = ECDsa.Create();
            key.ImportFromPem(await File.ReadAllTextAsync(KeyPath, cancellationToken));
            return new ECDsaSecurityKey(key);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
        {
            throw new CommandException($"The signing key in '{KeyPath}' cannot be read: {e.Message} Restore the file, or remove it: then a new key is made with the next token, and no token that was issued is valid any more.", ExitCode.Failed, e);
        }
    }

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(ListPath + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(start) < Patience)
            {
                await Task.Delay(20, cancellationToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CommandException($"The tokens in '{ListPath}' cannot be changed: {UserMessage.Sentence(e)} See that this user may write there and that no other command changes them, then try again.", ExitCode.Failed, e);
            }
        }
    }

    private static string Stamp(string path) => new FileInfo(path) is { Exists: true } file ? $"{file.LastWriteTimeUtc.Ticks}/{file.Length}" : "none";

    private sealed record State(string Stamp, IReadOnlyList<IssuedToken> List, ECDsaSecurityKey? Key);
}
