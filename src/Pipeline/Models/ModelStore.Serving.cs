using Pipeline.Requests;

namespace Pipeline.Models;

/// <content>Which version answers.</content>
public sealed partial class ModelStore
{
    /// <summary>
    /// Loads the version that serves a tech center: the one in production, or, where that is damaged, the sound one that served before it; the damage is told of.
    /// The others are not read.
    /// </summary>
    /// <typeparam name="T">What is made of a version.</typeparam>
    /// <param name="techCenter">The tech center.</param>
    /// <param name="load">Makes it of a version's manifest; a <see cref="ModelException"/> says that the version is damaged.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The version; null where none is in production.</returns>
    /// <exception cref="ModelException">Every version that served is damaged: that of the one in production. Or a version asks for a newer program.</exception>
    public async Task<SoundVersion<T>?> LoadServingAsync<T>(string techCenter, Func<ModelManifest, CancellationToken, Task<T>> load, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(load);
        List<ModelException> damages = [];
        foreach (string version in (await Stages.ReadAsync(techCenter, cancellationToken)).ServingOrder)
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

    /// <summary>Loads a version by its name, whatever its stage.</summary>
    /// <exception cref="RequestException">There is no such version.</exception>
    /// <exception cref="ModelException">It is damaged.</exception>
    public async Task<ModelManifest> RequireAsync(string techCenter, string version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        await RequireListedAsync(techCenter, version, cancellationToken);
        return await ReadOwnAsync(techCenter, version, cancellationToken);
    }

    /// <summary>Makes sure that there is a version of a name; its manifest need not be sound.</summary>
    /// <exception cref="RequestException">There is no such version.</exception>
    public async Task RequireListedAsync(string techCenter, string version, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<ModelVersionId> known = await VersionsAsync(techCenter, cancellationToken);
        if (ModelVersionId.Parse(version) is not ModelVersionId id || !known.Contains(id))
        {
            throw RequestException.NotFound("version", $"'{techCenter}' has no version '{version}'. {(known.Count == 0 ? "None is published yet." : $"Published: {string.Join(", ", known.Reverse().Take(20))}.")}");
        }
    }

    /// <summary>The version in production; null where there is none. It is not looked whether its files are sound.</summary>
    /// <exception cref="ModelException">Its manifest cannot be read.</exception>
    public async Task<ModelManifest?> FindServingAsync(string techCenter, CancellationToken cancellationToken = default) =>
        (await Stages.ReadAsync(techCenter, cancellationToken)).Production is StagedVersion production ? await ReadOwnAsync(techCenter, production.Version, cancellationToken) : null;
}

/// <summary>The version of a tech center that answers.</summary>
/// <typeparam name="T">What was made of it.</typeparam>
/// <param name="Manifest">Its manifest.</param>
/// <param name="Loaded">What was made of it.</param>
/// <param name="Damage">Which version in its place is damaged, and what to do; null where it is the one in production.</param>
public sealed record SoundVersion<T>(ModelManifest Manifest, T Loaded, string? Damage);
