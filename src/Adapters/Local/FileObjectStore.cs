using System.Globalization;
using System.Runtime.CompilerServices;
using Pipeline.Storage;

namespace Pipeline.Adapters.Local;

/// <summary>
/// Objects as files below one folder. An object is written beside the others under <c>.tmp</c>, flushed to the disk and then
/// given its name in one step, so that readers, also of other processes, see the old object or the whole new one.
/// Failures of the disk are <see cref="ObjectStoreException"/>s; what the writing callback throws passes through.
/// </summary>
/// <remarks>
/// Names must not begin with the segment <c>.tmp</c> nor hold a colon or control characters (<see cref="ArgumentException"/>). On file systems that ignore case,
/// names that differ only in case are one object. A folder that has lost its last object stays, unlisted.
/// </remarks>
public sealed partial class FileObjectStore : IObjectStore
{
    private const string TemporaryFolder = ".tmp";

    private static readonly string Machine = string.Concat(Environment.MachineName.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(1);

    private readonly string _root;

    /// <summary>Uses the folder <paramref name="root"/>, which the first write makes where it is missing; removes what killed processes left half written.</summary>
    public FileObjectStore(string root)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        RemoveLeftovers();
    }

    /// <inheritdoc/>
    public async Task<bool> WriteAsync(string name, Func<Stream, CancellationToken, Task> write, bool onlyIfAbsent = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        string target = PathOf(name);
        if (onlyIfAbsent && File.Exists(target))
        {
            return false;
        }

        string temporary = Leftovers.TemporaryOf(Path.Combine(_root, TemporaryFolder, $"{Guid.NewGuid():N}-{Machine}"));
        try
        {
            await WriteTemporaryAsync(temporary, write, cancellationToken);
            return Publish(name, temporary, target, onlyIfAbsent);
        }
        finally
        {
            TryDelete(temporary);
        }
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken = default)
    {
        string path = PathOf(name);
        cancellationToken.ThrowIfCancellationRequested();
        if (!File.Exists(path))
        {
            return Task.FromResult<Stream?>(null);
        }

        try
        {
            // Sharing deletion lets a writer replace the object while it is being read.
            return Task.FromResult<Stream?>(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 64 * 1024, FileOptions.Asynchronous));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileFailure.Explain($"The object '{name}' could not be read from '{_root}'", exception);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        int slash = prefix.LastIndexOf('/');
        string folder = slash < 0 ? _root : PathOf(prefix[..slash]);
        if (!ObjectName.IsPrefix(prefix))
        {
            throw InvalidName(prefix, nameof(prefix));
        }

        List<StoredObject> objects = await Task.Run(() => List(folder, prefix), cancellationToken);
        foreach (StoredObject item in objects)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        string path = PathOf(name);
        cancellationToken.ThrowIfCancellationRequested();
        if (!File.Exists(path))
        {
            return Task.CompletedTask;
        }

        try
        {
            File.Delete(path);
            FileDurability.FlushFolder(Path.GetDirectoryName(path)!);
        }
        catch (DirectoryNotFoundException)
        {
            return Task.CompletedTask;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileFailure.Explain($"The object '{name}' could not be deleted from '{_root}'", exception);
        }

        return Task.CompletedTask;
    }

    private async Task WriteTemporaryAsync(string temporary, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        try
        {
            await DurableFile.WriteAsync(temporary, stream => write(stream, cancellationToken), cancellationToken);
        }
        catch (Exception exception) when (FileFailure.IsOfTheDisk(exception) || (exception is IOException or UnauthorizedAccessException && !File.Exists(temporary)))
        {
            throw FileFailure.Explain($"The object store '{_root}' could not be written", exception);
        }
    }

    private bool Publish(string name, string temporary, string target, bool onlyIfAbsent)
    {
        try
        {
            return DurableFile.Publish(temporary, target, onlyIfAbsent, _root);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Directory.Exists(target)
                ? new ObjectStoreException($"The object '{name}' could not be written to '{_root}': other objects' names begin with '{name}/'. Choose another name.", exception)
                : FileFailure.Explain($"The object '{name}' could not be written to '{_root}'", exception);
        }
    }

    private List<StoredObject> List(string folder, string prefix)
    {
        // Links to folders may form a ring.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };
        var objects = new List<StoredObject>();
        try
        {
            foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles("*", options))
            {
                string name = Path.GetRelativePath(_root, file.FullName).Replace(Path.DirectorySeparatorChar, '/');
                if (name.StartsWith(prefix, StringComparison.Ordinal) && !name.StartsWith(TemporaryFolder + "/", StringComparison.Ordinal) && Describe(name, file) is { } item)
                {
                    objects.Add(item);
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            return objects;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileFailure.Explain($"The object store '{_root}' could not be listed", exception);
        }

        objects.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return objects;
    }

    /// <summary>The object that a file holds; null where it was deleted since it was listed. An object is a file of its own at every write, so its time tells versions apart.</summary>
    private static StoredObject? Describe(string name, FileInfo file)
    {
        try
        {
            long size = file.Length;
            return new StoredObject(name, size) { Version = string.Create(CultureInfo.InvariantCulture, $"{file.LastWriteTimeUtc.Ticks:x}-{size:x}") };
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private string PathOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] segments = name.Split('/');
        return ObjectName.IsValid(name) && segments[0] is not TemporaryFolder ? Path.Combine([_root, .. segments]) : throw InvalidName(name, nameof(name));
    }

    private static ArgumentException InvalidName(string name, string parameter) => new(
        $"'{name}' is not a name for an object: it must be a relative path with forward slashes, without empty, '.' or '..' segments, colons or control characters, and must not begin with '{TemporaryFolder}/'.",
        parameter);

    private void RemoveLeftovers()
    {
        var folder = new DirectoryInfo(Path.Combine(_root, TemporaryFolder));
        if (!folder.Exists)
        {
            return;
        }

        DateTime oldest = DateTime.UtcNow - LeftoverAge;
        try
        {
            // On a disk that machines share, the process may run on another one: there only the age tells.
            Leftovers.Remove(folder.FullName, name => name.EndsWith($"-{Machine}", StringComparison.Ordinal));
            foreach (FileInfo file in folder.EnumerateFiles().Where(file => file.LastWriteTimeUtc < oldest))
            {
                TryDelete(file.FullName);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A folder that cannot be read here will say so to the first who reads or writes an object.
            return;
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is swept up a day later; the outcome of the write stands.
        }
    }
}
