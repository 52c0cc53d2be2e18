using System.Text.Json;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Drift;

/// <summary>What drift is measured by, kept in the object store: the reference of each version, which is read from the warehouse once, and the probes of each tech center. A file that cannot be read is made anew.</summary>
public sealed class DriftFiles(IObjectStore objects)
{
    private const string Root = "drift";

    /// <summary>A version's reference; null where there is none.</summary>
    public Task<DriftReference?> ReadReferenceAsync(ModelManifest manifest, CancellationToken cancellationToken = default) => ReadAsync<DriftReference>(ReferenceOf(manifest), cancellationToken);

    /// <summary>Keeps a version's reference.</summary>
    public Task WriteReferenceAsync(ModelManifest manifest, DriftReference reference, CancellationToken cancellationToken = default) => WriteAsync(ReferenceOf(manifest), reference, cancellationToken);

    /// <summary>A tech center's probes; null where there are none.</summary>
    public Task<DriftProbes?> ReadProbesAsync(ModelManifest manifest, CancellationToken cancellationToken = default) => ReadAsync<DriftProbes>(ProbesOf(manifest), cancellationToken);

    /// <summary>Keeps a tech center's probes.</summary>
    public Task WriteProbesAsync(ModelManifest manifest, DriftProbes probes, CancellationToken cancellationToken = default) => WriteAsync(ProbesOf(manifest), probes, cancellationToken);

    private static string ReferenceOf(ModelManifest manifest) => $"{Root}/{manifest.Folder}/{manifest.Version}.json";

    private static string ProbesOf(ModelManifest manifest) => $"{Root}/{manifest.Folder}/probes.json";

    private async Task<T?> ReadAsync<T>(string name, CancellationToken cancellationToken)
        where T : class
    {
        await using Stream? stream = await objects.OpenReadAsync(name, cancellationToken);
        try
        {
            return stream is null ? null : await JsonSerializer.DeserializeAsync<T>(stream, PipelineJson.Compact, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Task<bool> WriteAsync<T>(string name, T value, CancellationToken cancellationToken) =>
        objects.WriteAsync(name, (stream, token) => JsonSerializer.SerializeAsync(stream, value, PipelineJson.Compact, token), cancellationToken: cancellationToken);
}

/// <summary>Texts of a version's training as the version sees them, each answered by the others.</summary>
/// <param name="Version">The version.</param>
/// <param name="Texts">The texts, without their words.</param>
/// <param name="Probes">Some of them with their words: the probes where there are none yet.</param>
public sealed record DriftReference(string Version, IReadOnlyList<ExaminedText> Texts, IReadOnlyList<DriftProbe> Probes);

/// <summary>Texts that are asked again and again.</summary>
/// <param name="Version">The version that the answers are of.</param>
/// <param name="Embedder">The embedder that they were asked by.</param>
/// <param name="Probes">The texts.</param>
public sealed record DriftProbes(string Version, string Embedder, IReadOnlyList<DriftProbe> Probes);

/// <summary>A text that is asked again and again.</summary>
/// <param name="Summary">The masked text.</param>
/// <param name="ClusterId">The answer; -1 for none.</param>
public sealed record DriftProbe(string Summary, int ClusterId);
