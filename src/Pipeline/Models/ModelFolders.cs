using System.Collections.Concurrent;
using System.Text.Json;
using Pipeline.Storage;

namespace Pipeline.Models;

/// <summary>
/// Which folder below <see cref="ModelPaths.Root"/> is a tech center's: its slug, unless another tech center has that already, by case, width or punctuation; then the slug with a hash.
/// A folder is taken by a file that only one can write, so that of several trainings at once each gets its own. Folders with a hash that earlier versions made are used on. Safe for use by many threads.
/// </summary>
/// <param name="objects">Where the folders are.</param>
/// <param name="ownerOfVersions">The tech center that the versions in a folder name; null where there are none that can be read.</param>
internal sealed class ModelFolders(IObjectStore objects, Func<string, CancellationToken, Task<string?>> ownerOfVersions)
{
    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);

    /// <summary>The folder of a tech center, which may not be there yet.</summary>
    public async Task<string> FindAsync(string techCenter, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(techCenter, out string? known))
        {
            return known;
        }

        string hashed = ModelPaths.HashedSlug(techCenter);
        if (await HasAnyAsync(hashed, cancellationToken))
        {
            return _known[techCenter] = hashed;
        }

        string slug = ModelPaths.Slug(techCenter);
        return await OwnerAsync(slug, cancellationToken) switch
        {
            null => slug,
            string owner when string.Equals(owner, techCenter, StringComparison.Ordinal) => _known[techCenter] = slug,
            _ => hashed,
        };
    }

    /// <summary>The folder of a tech center, taken for it where it was nobody's.</summary>
    public async Task<string> TakeAsync(string techCenter, CancellationToken cancellationToken)
    {
        string folder = await FindAsync(techCenter, cancellationToken);
        if (_known.ContainsKey(techCenter))
        {
            return folder;
        }

        await objects.WriteAsync(
            $"{ModelPaths.Root}/{folder}/{ModelPaths.OwnerFile}",
            (stream, token) => JsonSerializer.SerializeAsync(stream, new Owner(techCenter), PipelineJson.Indented, token),
            onlyIfAbsent: true,
            cancellationToken);
        return await FindAsync(techCenter, cancellationToken);
    }

    private async Task<string?> OwnerAsync(string folder, CancellationToken cancellationToken)
    {
        await using Stream? stream = await objects.OpenReadAsync($"{ModelPaths.Root}/{folder}/{ModelPaths.OwnerFile}", cancellationToken);
        try
        {
            if (stream is not null && await JsonSerializer.DeserializeAsync<Owner>(stream, PipelineJson.Indented, cancellationToken) is { TechCenter: { } named })
            {
                return named;
            }
        }
        catch (JsonException)
        {
            // What the versions say counts for as much.
        }

        return await ownerOfVersions(folder, cancellationToken);
    }

    private async Task<bool> HasAnyAsync(string folder, CancellationToken cancellationToken)
    {
        await foreach (StoredObject _ in objects.ListAsync($"{ModelPaths.Root}/{folder}/", cancellationToken))
        {
            return true;
        }

        return false;
    }

    /// <summary>The content of an owner file.</summary>
    private sealed record Owner(string TechCenter);
}
