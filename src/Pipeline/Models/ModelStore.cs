using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Clustering;
using Pipeline.Storage;

namespace Pipeline.Models;

/// <summary>Publishes and reads model versions in an object store.</summary>
public sealed partial class ModelStore
{
    private readonly IObjectStore _objects;
    private readonly ModelFolders _folders;

    /// <summary>Names the object store.</summary>
    /// <param name="objects">Where the versions are.</param>
    /// <param name="corrections">What people decided about the problems; null for nothing.</param>
    public ModelStore(IObjectStore objects, IProblemCorrections? corrections = null)
    {
        _objects = objects;
        Corrections = corrections ?? new NoCorrections();
        _folders = new ModelFolders(objects, OwnerOfVersionsAsync);
        Stages = new StageStore(objects, _folders, VersionsInAsync);
    }

    /// <summary>Which version serves, and what the others are used for.</summary>
    public StageStore Stages { get; }

    /// <summary>What people decided about the problems. What answers reads versions through it.</summary>
    public IProblemCorrections Corrections { get; }

    /// <summary>The published versions of a tech center, the oldest first.</summary>
    /// <exception cref="ModelException">A manifest cannot be read.</exception>
    public async Task<IReadOnlyList<ModelManifest>> ListAsync(string techCenter, CancellationToken cancellationToken = default)
    {
        List<ModelManifest> manifests = [];
        foreach (ModelVersionId version in await VersionsAsync(techCenter, cancellationToken))
        {
            manifests.Add(await ReadOwnAsync(techCenter, version.ToString(), cancellationToken));
        }

        return manifests;
    }

    /// <summary>The published versions of a tech center, the oldest first, those whose manifest cannot be read among them.</summary>
    public async Task<IReadOnlyList<ListedVersion>> ListWithDamagedAsync(string techCenter, CancellationToken cancellationToken = default)
    {
        List<ListedVersion> listed = [];
        foreach (ModelVersionId version in await VersionsAsync(techCenter, cancellationToken))
        {
            try
            {
                listed.Add(new ListedVersion(version, await ReadOwnAsync(techCenter, version.ToString(), cancellationToken), null));
            }
            catch (ModelException e)
            {
                listed.Add(new ListedVersion(version, null, e.Message, e.NeedsNewerProgram));
            }
        }

        return listed;
    }

    /// <summary>The names of all tech centers that have a published version, in ordinal order.</summary>
    /// <exception cref="ModelException">No manifest of any tech center can be read.</exception>
    public async Task<IReadOnlyList<string>> ListTechCentersAsync(CancellationToken cancellationToken = default) =>
        [.. (await ListFoldersAsync(cancellationToken)).Keys];

    /// <summary>The folder of a tech center below <see cref="ModelPaths.Root"/>.</summary>
    /// <param name="techCenter">The tech center.</param>
    /// <param name="take">Whether the folder is taken for it where it is nobody's yet: something is to be written there.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public Task<string> FolderOfAsync(string techCenter, bool take = false, CancellationToken cancellationToken = default) =>
        take ? _folders.TakeAsync(techCenter, cancellationToken) : _folders.FindAsync(techCenter, cancellationToken);

    /// <summary>All tech centers that have a published version, in ordinal order, each with its folder; those of whose manifests none can be read are left out.</summary>
    /// <exception cref="ModelException">No manifest of any tech center can be read.</exception>
    public async Task<IReadOnlyDictionary<string, string>> ListFoldersAsync(CancellationToken cancellationToken = default)
    {
        Dictionary<string, List<ModelVersionId>> folders = new(StringComparer.Ordinal);
        await foreach (StoredObject stored in _objects.ListAsync(ModelPaths.Root + "/", cancellationToken))
        {
            if (stored.Name.Split('/') is [_, string folder, string name, ModelPaths.ManifestFile] && ModelVersionId.Parse(name) is ModelVersionId version)
            {
                if (!folders.TryGetValue(folder, out List<ModelVersionId>? versions))
                {
                    folders.Add(folder, versions = []);
                }

                versions.Add(version);
            }
        }

        SortedDictionary<string, string> names = new(StringComparer.Ordinal);
        ModelException? damage = null;
        foreach ((string folder, List<ModelVersionId> versions) in folders)
        {
            try
            {
                names[await NameOfAsync($"{ModelPaths.Root}/{folder}", versions, cancellationToken)] = folder;
            }
            catch (ModelException e)
            {
                // The others go on; the status and the validation name it.
                damage ??= e;
            }
        }

        return names.Count > 0 || damage is null ? names : throw damage;
    }

    /// <summary>A published version by its place in the object store; null where there is none.</summary>
    /// <param name="slug">The tech center's folder; see <see cref="ModelPaths.Slug"/>.</param>
    /// <param name="version">The version's name, such as <c>2026_q2</c>.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ModelException">The manifest cannot be read, or belongs elsewhere.</exception>
    public async Task<ModelManifest?> FindAsync(string slug, string version, CancellationToken cancellationToken = default)
    {
        string name = $"{ModelPaths.Root}/{slug}/{version}/{ModelPaths.ManifestFile}";
        await using (Stream? stream = await _objects.OpenReadAsync(name, cancellationToken))
        {
            if (stream is null)
            {
                return null;
            }
        }

        ModelManifest manifest = await ReadManifestAsync(name, version, cancellationToken);
        return IsFolderOf(manifest.TechCenter, slug)
            ? manifest
            : throw Corrupt(name, $"it belongs to the tech center '{manifest.TechCenter}', whose folder is another");
    }

    /// <summary>
    /// Publishes a version: its files first, its manifest last. Until the manifest is there the version does not exist, so a crash leaves nothing half-published.
    /// No file is ever written over: of several trainings that publish the same version at once one succeeds, whole. What a killed training left is
    /// taken over where it is what this one would have written.
    /// </summary>
    /// <param name="manifest">The manifest without its files.</param>
    /// <param name="content">The version's content.</param>
    /// <param name="cancellationToken">Stops before the manifest is written.</param>
    /// <returns>The complete manifest; null where the version's place is taken, by a published version or by files that another training left: publish as the next revision.</returns>
    public async Task<ModelManifest?> PublishAsync(ModelManifest manifest, ModelContent content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(content);
        manifest = manifest with { Folder = await _folders.TakeAsync(manifest.TechCenter, cancellationToken) };
        if (await FileAsync(ModelPaths.ArraysFile, (stream, token) => SafeTensorFile.WriteAsync(stream, content.Arrays, cancellationToken: token)) is not ModelFile arrays
            || await FileAsync(ModelPaths.ClustersFile, (stream, token) => JsonSerializer.SerializeAsync(stream, content.Clusters, PipelineJson.Indented, token)) is not ModelFile clusters
            || await FileAsync(ModelPaths.MetricsFile, (stream, token) => JsonSerializer.SerializeAsync(stream, content.Metrics, PipelineJson.Indented, token), there => IsSame(there, content.Metrics)) is not ModelFile metrics)
        {
            return null;
        }

        ModelManifest complete = manifest with { Files = [arrays, clusters, metrics] };
        bool written = await _objects.WriteAsync(
            $"{manifest.Path}/{ModelPaths.ManifestFile}",
            (stream, token) => JsonSerializer.SerializeAsync(stream, complete, PipelineJson.Indented, token),
            onlyIfAbsent: true,
            cancellationToken);
        return written ? complete : null;

        Task<ModelFile?> FileAsync(string name, Func<Stream, CancellationToken, Task> write, Func<byte[], bool>? isSame = null) =>
            WriteOnceAsync(manifest.Path, name, write, isSame, cancellationToken);
    }

    /// <summary>Reads a version's content and checks every file against the manifest.</summary>
    /// <exception cref="ModelException">A file is missing or is not what the manifest vouches for.</exception>
    public async Task<ModelContent> ReadAsync(ModelManifest manifest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        try
        {
            await using Stream arrays = await OpenVerifiedAsync(manifest, ModelPaths.ArraysFile, cancellationToken);
            return new ModelContent(
                await SafeTensorFile.ReadAsync(arrays, cancellationToken),
                await ReadClustersAsync(manifest, cancellationToken),
                await ReadJsonAsync<ModelMetrics>(manifest, ModelPaths.MetricsFile, cancellationToken));
        }
        catch (Exception e) when (e is InvalidDataException or JsonException)
        {
            throw Corrupt(manifest.Path, e.Message, e);
        }
    }

    /// <summary>Reads a version's clusters only.</summary>
    /// <exception cref="ModelException">The file is missing or is not what the manifest vouches for.</exception>
    public Task<ModelClusters> ReadClustersAsync(ModelManifest manifest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return ReadJsonAsync<ModelClusters>(manifest, ModelPaths.ClustersFile, cancellationToken);
    }

    /// <summary>Reads a version's clusters only, with what people decided about them: what is shown to people. What was trained is in <see cref="ReadClustersAsync"/>.</summary>
    /// <exception cref="ModelException">The file is missing or is not what the manifest vouches for.</exception>
    public async Task<ModelClusters> ReadCorrectedAsync(ModelManifest manifest, CancellationToken cancellationToken = default) =>
        (await Corrections.ReadAsync(manifest, await ReadClustersAsync(manifest, cancellationToken), withTickets: false, cancellationToken)).Clusters;

    /// <summary>Reads a version whole and makes a model of it that answers as people decided. What was trained is in <see cref="ReadAsync"/>.</summary>
    /// <param name="manifest">The version.</param>
    /// <param name="maxDegreeOfParallelism">Threads of a prediction; null for all cores.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ModelException">A file is missing or is not what the manifest vouches for.</exception>
    public async Task<FittedModel> LoadCorrectedAsync(ModelManifest manifest, int? maxDegreeOfParallelism = null, CancellationToken cancellationToken = default)
    {
        FittedModel trained = FittedModel.Load(manifest, await ReadAsync(manifest, cancellationToken), maxDegreeOfParallelism);
        return trained.With(await Corrections.ReadAsync(manifest, trained.Clusters, withTickets: true, cancellationToken));
    }

    /// <summary>Reads a version's measures only.</summary>
    /// <exception cref="ModelException">The file is missing or is not what the manifest vouches for.</exception>
    public Task<ModelMetrics> ReadMetricsAsync(ModelManifest manifest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return ReadJsonAsync<ModelMetrics>(manifest, ModelPaths.MetricsFile, cancellationToken);
    }

    /// <summary>Deletes a version: its manifest first, so that it does not exist any more whatever happens to the rest.</summary>
    public async Task DeleteAsync(ModelManifest manifest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        await _objects.DeleteAsync($"{manifest.Path}/{ModelPaths.ManifestFile}", cancellationToken);
        foreach (string file in manifest.Files.Select(f => f.Name).Append(ModelPaths.ValidationFile))
        {
            await _objects.DeleteAsync($"{manifest.Path}/{file}", cancellationToken);
        }
    }

    // The versions that have a manifest, the oldest first.
    private async Task<IReadOnlyList<ModelVersionId>> VersionsAsync(string techCenter, CancellationToken cancellationToken) =>
        await VersionsInAsync(await _folders.FindAsync(techCenter, cancellationToken), cancellationToken);

    private async Task<List<ModelVersionId>> VersionsInAsync(string folder, CancellationToken cancellationToken)
    {
        List<ModelVersionId> versions = [];
        string prefix = $"{ModelPaths.Root}/{folder}/";
        await foreach (StoredObject stored in _objects.ListAsync(prefix, cancellationToken))
        {
            if (stored.Name[prefix.Length..].Split('/') is [string name, ModelPaths.ManifestFile] && ModelVersionId.Parse(name) is ModelVersionId version)
            {
                versions.Add(version);
            }
        }

        versions.Sort();
        return versions;
    }

    private async Task<string?> OwnerOfVersionsAsync(string folder, CancellationToken cancellationToken)
    {
        try
        {
            List<ModelVersionId> versions = await VersionsInAsync(folder, cancellationToken);
            return versions.Count == 0 ? null : await NameOfAsync($"{ModelPaths.Root}/{folder}", versions, cancellationToken);
        }
        catch (ModelException)
        {
            // Damaged as they all are, they are reported where they are read.
            return null;
        }
    }

    // The tech center's name out of the newest manifest that can be read; without one, the newest manifest's error.
    private async Task<string> NameOfAsync(string folder, List<ModelVersionId> versions, CancellationToken cancellationToken)
    {
        ModelException? error = null;
        foreach (string version in versions.OrderDescending().Select(v => v.ToString()))
        {
            try
            {
                string name = (await ReadManifestAsync($"{folder}/{version}/{ModelPaths.ManifestFile}", version, cancellationToken)).TechCenter;
                return IsFolderOf(name, folder[(ModelPaths.Root.Length + 1)..]) ? name : throw Corrupt($"{folder}/{version}/{ModelPaths.ManifestFile}", $"it belongs to the tech center '{name}', whose folder is another");
            }
            catch (ModelException e)
            {
                error ??= e;
            }
        }

        throw error!;
    }

    private async Task<ModelManifest> ReadOwnAsync(string techCenter, string version, CancellationToken cancellationToken)
    {
        string folder = await _folders.FindAsync(techCenter, cancellationToken);
        string name = $"{ModelPaths.Version(folder, version)}/{ModelPaths.ManifestFile}";
        ModelManifest manifest = await ReadManifestAsync(name, version, cancellationToken);
        return string.Equals(manifest.TechCenter, techCenter, StringComparison.Ordinal)
            ? manifest
            : throw new ModelException($"{name} belongs to the tech center '{manifest.TechCenter}', and '{techCenter}' would share its folder. Rename one of them.");
    }

    /// <summary>Writes a file of a version, or takes the one that is there where it is the same; null where it is another.</summary>
    private async Task<ModelFile?> WriteOnceAsync(string path, string name, Func<Stream, CancellationToken, Task> write, Func<byte[], bool>? isSame, CancellationToken cancellationToken)
    {
        ModelFile? own = null;
        bool written = await _objects.WriteAsync($"{path}/{name}", async (stream, token) => own = await HashAsync(stream, token), onlyIfAbsent: true, cancellationToken);
        if (written)
        {
            return own;
        }

        own ??= await HashAsync(Stream.Null, cancellationToken);
        await using Stream? stored = await _objects.OpenReadAsync($"{path}/{name}", cancellationToken);
        if (stored is null)
        {
            return null;
        }

        using MemoryStream content = new();
        await stored.CopyToAsync(content, cancellationToken);
        byte[] there = content.ToArray();
        ModelFile file = new(name, there.Length, Convert.ToHexStringLower(SHA256.HashData(there)));
        return file == own || isSame?.Invoke(there) == true ? file : null;

        async Task<ModelFile> HashAsync(Stream stream, CancellationToken token)
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using HashingStream hashing = new(stream, hash);
            await write(hashing, token);
            return new ModelFile(name, hashing.Position, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
    }

    // The same training never takes the same time twice.
    private static bool IsSame(byte[] there, ModelMetrics metrics)
    {
        try
        {
            return JsonSerializer.Deserialize<ModelMetrics>(there, PipelineJson.Indented) is ModelMetrics found && found with { TrainSeconds = metrics.TrainSeconds } == metrics;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private async Task<T> ReadJsonAsync<T>(ModelManifest manifest, string name, CancellationToken cancellationToken)
    {
        await using Stream stream = await OpenVerifiedAsync(manifest, name, cancellationToken);
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(stream, PipelineJson.Indented, cancellationToken) ?? throw new JsonException($"{name} holds null.");
        }
        catch (JsonException e)
        {
            throw Corrupt(manifest.Path, e.Message, e);
        }
    }

    private async Task<Stream> OpenVerifiedAsync(ModelManifest manifest, string name, CancellationToken cancellationToken)
    {
        ModelFile file = manifest.Files.FirstOrDefault(f => string.Equals(f.Name, name, StringComparison.Ordinal))
            ?? throw Corrupt(manifest.Path, $"the manifest does not list {name}");
        await using Stream? stored = await _objects.OpenReadAsync($"{manifest.Path}/{name}", cancellationToken);
        if (stored is null)
        {
            throw Corrupt(manifest.Path, $"{name} is missing");
        }

        if (file.Size < 0 || file.Size > Array.MaxLength)
        {
            throw Corrupt(manifest.Path, $"the manifest says that {name} has {file.Size} bytes");
        }

        // What the manifest says is not believed before it is there.
        using MemoryStream content = new();
        await stored.CopyToAsync(content, cancellationToken);
        string hash = Convert.ToHexStringLower(SHA256.HashData(content.GetBuffer().AsSpan(0, (int)content.Length)));
        if (content.Length != file.Size || !string.Equals(hash, file.Sha256, StringComparison.Ordinal))
        {
            throw Corrupt(manifest.Path, $"{name} has {content.Length} bytes and SHA-256 {hash}, the manifest says {file.Size} and {file.Sha256}");
        }

        return new MemoryStream(content.GetBuffer(), 0, (int)content.Length, writable: false);
    }

    private async Task<ModelManifest> ReadManifestAsync(string name, string version, CancellationToken cancellationToken)
    {
        await using Stream stream = await _objects.OpenReadAsync(name, cancellationToken) ?? throw Corrupt(name, "it is not there any more");
        try
        {
            ModelManifest manifest = await JsonSerializer.DeserializeAsync<ModelManifest>(stream, PipelineJson.Indented, cancellationToken) ?? throw new JsonException("it holds null");
            if (manifest.Format > ModelManifest.CurrentFormat)
            {
                throw new ModelException($"{name} has format {manifest.Format}; this program reads up to {ModelManifest.CurrentFormat}. Use a newer program.") { NeedsNewerProgram = true };
            }

            return string.Equals(manifest.Version, version, StringComparison.Ordinal)
                ? manifest with { Folder = name.Split('/')[1] }
                : throw new JsonException($"it says version '{manifest.Version}'");
        }
        catch (JsonException e)
        {
            throw Corrupt(name, e.Message, e);
        }
    }

    private static bool IsFolderOf(string techCenter, string folder) =>
        string.Equals(ModelPaths.Slug(techCenter), folder, StringComparison.Ordinal) || string.Equals(ModelPaths.HashedSlug(techCenter), folder, StringComparison.Ordinal);

    private static ModelException Corrupt(string path, string what, Exception? cause = null) =>
        new($"The model version {path} is damaged: {what.TrimEnd('.')}. Restore it from a backup, or delete its folder and train again.", cause);
}

/// <summary>A version in the object store.</summary>
/// <param name="Id">Its name in its parts.</param>
/// <param name="Manifest">Its manifest; null where that cannot be read.</param>
/// <param name="Problem">Why the manifest cannot be read, and what to do; null where it can.</param>
/// <param name="NeedsNewerProgram">Whether it is sound, and a newer program reads it.</param>
public sealed record ListedVersion(ModelVersionId Id, ModelManifest? Manifest, string? Problem, bool NeedsNewerProgram = false);

/// <summary>A model version cannot be published or read. The message says which, why, and what to do.</summary>
public sealed class ModelException : Exception
{
    /// <summary>Makes the exception without a message of its own.</summary>
    public ModelException()
    {
    }

    /// <summary>Makes the exception.</summary>
    public ModelException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with its cause.</summary>
    public ModelException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the version is sound, and a newer program reads it: no earlier version may stand in for it.</summary>
    public bool NeedsNewerProgram { get; init; }
}
