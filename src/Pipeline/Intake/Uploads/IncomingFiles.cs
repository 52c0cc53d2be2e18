using System.Globalization;
using System.Security.Cryptography;
using Pipeline.Storage;

namespace Pipeline.Intake;

/// <summary>
/// The files of ingestions in the object store. They wait under <c>incoming/</c>, those that were sent under <c>incoming/uploads/{id}/</c>; each ends in <c>accepted/{id}/</c> or <c>failed/{id}/</c>,
/// with <c>report.json</c> and, where rows were rejected, <c>rejects.ndjson</c> beside it.
/// </summary>
public static class IncomingFiles
{
    /// <summary>Where files wait.</summary>
    public const string Folder = "incoming/";

    private const string Sent = Folder + "uploads/";
    private const int LongestName = 120;

    /// <summary>Where a file waits that is sent.</summary>
    public static string NameOf(string id, string fileName) => $"{Sent}{id}/{Simple(fileName)}";

    /// <summary>Which ingestion a waiting file belongs to; null where it was dropped and belongs to none yet.</summary>
    public static string? IdOf(string objectName)
    {
        ArgumentNullException.ThrowIfNull(objectName);
        return objectName.StartsWith(Sent, StringComparison.Ordinal) ? objectName[Sent.Length..].Split('/')[0] : null;
    }

    /// <summary>The folder below <see cref="Folder"/> that a dropped file is in; null where it is in none.</summary>
    public static string? FolderOf(string objectName)
    {
        ArgumentNullException.ThrowIfNull(objectName);
        return objectName.StartsWith(Folder, StringComparison.Ordinal) && objectName[Folder.Length..].Split('/') is [var first, _, ..] ? first : null;
    }

    /// <summary>Whether a file is still being written, as far as its name tells: it begins with a point, or ends with <c>.tmp</c> or <c>.part</c>.</summary>
    public static bool IsUnfinished(string objectName)
    {
        string name = objectName[(objectName.LastIndexOf('/') + 1)..];
        return name.StartsWith('.') || name.EndsWith(".tmp", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".part", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Where what became of an ingestion is kept.</summary>
    public static string ResultOf(Ingestion ingestion, string name)
    {
        ArgumentNullException.ThrowIfNull(ingestion);
        return $"{(ingestion.State == IngestionState.Failed ? "failed" : "accepted")}/{ingestion.Id}/{name}";
    }

    /// <summary>Where the rejected rows of an ingestion are kept, if there are any.</summary>
    public static string RejectsOf(Ingestion ingestion) => ResultOf(ingestion, "rejects.ndjson");

    /// <summary>A file's name as a name of the object store: without folders, and without signs that a store refuses.</summary>
    public static string Simple(string fileName)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        string last = fileName[(fileName.LastIndexOfAny(['/', '\\']) + 1)..];
        string simple = string.Concat(last.Where(c => !char.IsSurrogate(c)).Select(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or ' ' ? c : '_')).Trim('.', ' ');
        return simple.Length == 0 ? "upload" : simple[Math.Max(0, simple.Length - LongestName)..].Trim('.', ' ');
    }

    /// <summary>Copies a stream of unknown length into an object, and tells its length and SHA-256.</summary>
    /// <exception cref="Requests.RequestException">It is empty, or longer than <paramref name="longest"/> bytes: nothing is kept.</exception>
    internal static async Task<(long Bytes, string Sha256)> KeepAsync(this IObjectStore objects, string name, Stream content, long longest, CancellationToken cancellationToken)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long length = 0;
        await objects.WriteAsync(
            name,
            async (target, stopping) =>
            {
                byte[] buffer = new byte[128 * 1024];
                int read;
                while ((read = await content.ReadAsync(buffer, stopping)) > 0)
                {
                    length += read;
                    if (length > longest)
                    {
                        throw new Requests.RequestException(Requests.RequestProblem.TooLarge, string.Create(CultureInfo.InvariantCulture, $"The file is larger than {longest >> 20} MB. Pack it with gzip, send it in parts, or raise the setting Uploads:MaxMegabytes."));
                    }

                    hash.AppendData(buffer, 0, read);
                    await target.WriteAsync(buffer.AsMemory(0, read), stopping);
                }

                if (length == 0)
                {
                    throw new Requests.RequestException("The body is empty. Send the file as the body of the request.");
                }
            },
            cancellationToken: cancellationToken);
        return (length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>The SHA-256 of an object; null where there is none.</summary>
    internal static async Task<string?> HashAsync(this IObjectStore objects, string name, CancellationToken cancellationToken)
    {
        await using Stream? content = await objects.OpenReadAsync(name, cancellationToken);
        return content is null ? null : Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
    }
}
