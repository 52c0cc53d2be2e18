using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Encryption;

namespace Pipeline.LocalHost.Keys;

/// <summary>Adds keys to the file of envelope keys, also while a host uses it.</summary>
internal static class EnvelopeKeyFiles
{
    /// <summary>A new key in base64.</summary>
    public static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(EnvelopeKeys.KeyBytes));

    /// <summary>Adds a key and makes it the present one; the others stay for what they sealed. The file is made where there is none, for its owner's eyes alone.</summary>
    /// <exception cref="CommandException">There is a key of this id already, or the file cannot be read or written.</exception>
    public static async Task AddAsync(string path, string id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{EnvelopeKeyring.FileSetting} names '{path}', whose folder cannot be made: {UserMessage.Sentence(e)}", ExitCode.Failed, e);
        }

        await using FileStream taken = await KeyFileLock.TakeAsync(path, "The envelope keys", cancellationToken);
        EnvelopeKeyFile file = File.Exists(path) ? new EnvelopeKeyring(name => string.Equals(name, EnvelopeKeyring.FileSetting, StringComparison.Ordinal) ? path : null).File! : new EnvelopeKeyFile(null, new Dictionary<string, EnvelopeKey>(StringComparer.Ordinal));
        if (file.Keys.ContainsKey(id))
        {
            throw new CommandException($"There is an envelope key '{id}' in '{path}' already. Name another with --id.", ExitCode.WrongUsage);
        }

        EnvelopeKeyFile changed = new(id, new Dictionary<string, EnvelopeKey>(file.Keys, StringComparer.Ordinal) { [id] = new EnvelopeKey(NewKey(), now) });
        await AtomicFile.WriteAsync(path, stream =>
        {
            PrivateFiles.CloseAlways(((FileStream)stream).Name);
            return JsonSerializer.SerializeAsync(stream, changed, PipelineJson.Indented, cancellationToken);
        });
    }
}
