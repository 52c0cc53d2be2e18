namespace Pipeline.Models;

/// <content>Which version answers where some are damaged.</content>
public sealed partial class ModelStore
{
    /// <summary>
    /// Loads the newest version of a tech center that is sound: a damaged one is passed over for the one before it, and told of.
    /// Versions before the one that is loaded are not read.
    /// </summary>
    /// <typeparam name="T">What is made of a version.</typeparam>
    /// <param name="techCenter">The tech center.</param>
    /// <param name="load">Makes it of a version's manifest; a <see cref="ModelException"/> says that the version is damaged.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The version; null where none is published.</returns>
    /// <exception cref="ModelException">Every version is damaged: that of the newest. Or a version asks for a newer program.</exception>
    public async Task<SoundVersion<T>?> LoadNewestAsync<T>(string techCenter, Func<ModelManifest, CancellationToken, Task<T>> load, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(load);
        List<ModelException> damages = [];
        foreach (ModelVersionId version in (await VersionsAsync(techCenter, cancellationToken)).Reverse())
        {
            try
            {
                ModelManifest manifest = await ReadOwnAsync(techCenter, version, cancellationToken);
                T loaded = await load(manifest, cancellationToken);
                return new SoundVersion<T>(manifest, loaded, damages.Count == 0 ? null : $"{manifest.Version} stands in. {string.Join(' ', damages.Select(d => d.Message))}");
            }
            catch (ModelException e) when (!e.NeedsNewerProgram)
            {
                damages.Add(e);
            }
        }

        return damages.Count == 0 ? null : throw new ModelException(damages[0].Message, damages[0]);
    }
}

/// <summary>The newest version of a tech center that is sound.</summary>
/// <typeparam name="T">What was made of it.</typeparam>
/// <param name="Manifest">Its manifest.</param>
/// <param name="Loaded">What was made of it.</param>
/// <param name="Damage">Which newer versions are damaged, and what to do; null where it is the newest.</param>
public sealed record SoundVersion<T>(ModelManifest Manifest, T Loaded, string? Damage);
