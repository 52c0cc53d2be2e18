using System.Security.Cryptography;
using System.Text;
using Pipeline.Storage;

namespace Pipeline.Adapters.Local;

/// <content>
/// Objects that are replaced only while they are still what was read. A file that one process can hold at a time stands between looking and writing; the operating system gives it
/// free when a process dies.
/// </content>
public sealed partial class FileObjectStore
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(5);

    /// <inheritdoc/>
    public async Task<TaggedObject?> ReadTaggedAsync(string name, CancellationToken cancellationToken = default)
    {
        await using Stream? stream = await OpenReadAsync(name, cancellationToken);
        if (stream is null)
        {
            return null;
        }

        using MemoryStream content = new();
        await stream.CopyToAsync(content, cancellationToken);
        byte[] bytes = content.ToArray();
        return new TaggedObject(bytes, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    /// <inheritdoc/>
    public async Task<bool> ReplaceAsync(string name, ReadOnlyMemory<byte> content, string? tag, CancellationToken cancellationToken = default)
    {
        if (tag is null)
        {
            return await WriteAsync(name, Write, onlyIfAbsent: true, cancellationToken);
        }

        PathOf(name);
        await using FileStream held = await HoldAsync(name, cancellationToken);
        TaggedObject? present = await ReadTaggedAsync(name, cancellationToken);
        return string.Equals(present?.Tag, tag, StringComparison.Ordinal) && await WriteAsync(name, Write, onlyIfAbsent: false, cancellationToken);

        Task Write(Stream stream, CancellationToken token) => stream.WriteAsync(content, token).AsTask();
    }

    private async Task<FileStream> HoldAsync(string name, CancellationToken cancellationToken)
    {
        string path = Path.Combine(_root, TemporaryFolder, "locks", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..32]);
        long begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException exception) when (!FileFailure.IsOfTheDisk(exception) && TimeProvider.System.GetElapsedTime(begun) < LockPatience)
            {
                await Task.Delay(LockPause, cancellationToken);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw FileFailure.Explain($"The object '{name}' could not be locked in '{_root}'", exception);
            }
        }
    }
}
