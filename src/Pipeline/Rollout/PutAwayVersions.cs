using System.IO.Compression;
using System.Text.Json;
using Pipeline.Models;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Rollout;

/// <summary>
/// The use case of clearing up: versions that were retired, or refused by the gate, and files that killed trainings left are put into an archive beside the versions, or deleted, when they are old enough.
/// A version that serves, that a rollback needs or that is on trial is never touched, nor one whose ids are the highest: they would be given again.
/// </summary>
public sealed class PutAwayVersions(IObjectStore objects, ModelDirectory directory, ModelStore models, RolloutOptions options, TimeProvider clock)
{
    private const string Who = "clearing up";

    /// <summary>Clears up all tech centers.</summary>
    /// <returns>What was put away: versions and files by their names in the object store.</returns>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written; done again, it goes on where it was.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken = default)
    {
        List<string> gone = [];
        foreach ((string center, string folder) in await models.ListFoldersAsync(cancellationToken))
        {
            CenterStages stages = await models.Stages.ReadAsync(center, cancellationToken);
            DateTimeOffset oldest = clock.GetUtcNow().AddDays(-options.ArchiveDays);
            foreach (StagedVersion old in stages.Versions.Where(v => (v.Stage is ModelStage.Retired or ModelStage.Archived || v is { Stage: ModelStage.Candidate, Passed: false }) && (v.Since ?? DateTimeOffset.MinValue) < oldest))
            {
                if (await PutAwayAsync(center, folder, old.Version, $"It was {old.Stage.ToString().ToLowerInvariant()} for {options.ArchiveDays} days.", cancellationToken))
                {
                    gone.Add(ModelPaths.Version(folder, old.Version));
                }
            }

            gone.AddRange(await OrphansAsync(folder, oldest, cancellationToken));
        }

        return gone;
    }

    /// <summary>Puts one retired version away at once.</summary>
    /// <param name="techCenter">The tech center's name or folder.</param>
    /// <param name="version">The version.</param>
    /// <param name="order">Who wants it and why.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <exception cref="RequestException">There is no such version, it is not retired, or its ids are the highest.</exception>
    public async Task<StagedVersion> ArchiveAsync(string techCenter, string version, StageOrder order, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        string center = await directory.ResolveAsync(techCenter, RequestProblem.NotFound, cancellationToken);
        await models.RequireListedAsync(center, version, cancellationToken);
        CenterStages stages = await models.Stages.ReadAsync(center, cancellationToken);
        stages.Archive(version, new StageReason(clock.GetUtcNow(), order.Who, ""));
        string folder = (await models.ListFoldersAsync(cancellationToken))[center];
        return await PutAwayAsync(center, folder, version, order.Reason ?? "It was archived by hand.", cancellationToken, order.Who)
            ? (await models.Stages.ReadAsync(center, cancellationToken)).Find(version)
            : throw new RequestException(RequestProblem.Conflict, $"{version} has the highest ids of '{center}', which later versions must not give again. Archive it when a newer version is published.");
    }

    // The archive first, then the stage, then the manifest, without which there is no version: after a crash between them the next time goes on.
    private async Task<bool> PutAwayAsync(string center, string folder, string version, string why, CancellationToken cancellationToken, string who = Who)
    {
        List<StoredObject> files = await ListAsync($"{ModelPaths.Version(folder, version)}/", cancellationToken);
        if (files.Count == 0 || await HasHighestIdsAsync(center, version, cancellationToken))
        {
            return false;
        }

        bool archived = (await models.Stages.ReadAsync(center, cancellationToken)).Find(version).Stage == ModelStage.Archived;
        if (!archived)
        {
            await PackAsync($"{ModelPaths.Root}/{folder}/archive/{version}.zip", files, cancellationToken);
            StageReason reason = new(clock.GetUtcNow(), who, why);
            CenterStages changed = await models.Stages.ChangeAsync(
                center,
                stages => stages.Find(version) is { Stage: ModelStage.Candidate, Passed: false } ? stages.Retire(version, reason).Archive(version, reason)
                    : stages.Find(version).Stage == ModelStage.Retired ? stages.Archive(version, reason)
                    : stages,
                cancellationToken);
            if (changed.Find(version).Stage != ModelStage.Archived)
            {
                // Somebody needs it after all.
                return false;
            }
        }

        foreach (StoredObject file in files.OrderByDescending(f => f.Name.EndsWith(ModelPaths.ManifestFile, StringComparison.Ordinal)))
        {
            await objects.DeleteAsync(file.Name, cancellationToken);
        }

        return true;
    }

    private async Task<bool> HasHighestIdsAsync(string center, string version, CancellationToken cancellationToken)
    {
        ModelManifest[] all = [.. (await models.ListWithDamagedAsync(center, cancellationToken)).Select(v => v.Manifest).OfType<ModelManifest>()];
        ModelManifest[] others = [.. all.Where(m => !string.Equals(m.Version, version, StringComparison.Ordinal))];
        return all.FirstOrDefault(m => string.Equals(m.Version, version, StringComparison.Ordinal)) is ModelManifest own
            && !(others.Any(m => m.NextClusterId >= own.NextClusterId) && others.Any(m => m.NextProblemId >= own.NextProblemId) && others.Any(m => m.NextDomainId >= own.NextDomainId));
    }

    // Objects have no age: what belongs to no version is remembered by when it was first seen.
    private async Task<IReadOnlyList<string>> OrphansAsync(string folder, DateTimeOffset oldest, CancellationToken cancellationToken)
    {
        string seenName = $"{ModelPaths.Root}/{folder}/orphans.json";
        List<StoredObject> files = await ListAsync($"{ModelPaths.Root}/{folder}/", cancellationToken);
        ILookup<string, StoredObject> versions = files.Where(f => f.Name.Split('/') is [_, _, string name, _] && ModelVersionId.Parse(name) is not null).ToLookup(f => f.Name.Split('/')[2], StringComparer.Ordinal);
        StoredObject[] orphans = [.. versions.Where(v => !v.Any(f => f.Name.EndsWith($"/{ModelPaths.ManifestFile}", StringComparison.Ordinal))).SelectMany(v => v)];
        TaggedObject? stored = await objects.ReadTaggedAsync(seenName, cancellationToken);
        Dictionary<string, DateTimeOffset> seen = Read(stored);
        Dictionary<string, DateTimeOffset> now = orphans.ToDictionary(f => f.Name, f => seen.GetValueOrDefault(f.Name, clock.GetUtcNow()), StringComparer.Ordinal);
        StoredObject[] old = [.. orphans.Where(f => now[f.Name] < oldest)];
        foreach (IGrouping<string, StoredObject> version in old.GroupBy(f => f.Name.Split('/')[2], StringComparer.Ordinal))
        {
            await PackAsync($"{ModelPaths.Root}/{folder}/archive/{version.Key}-left.zip", [.. version], cancellationToken);
            foreach (StoredObject file in version)
            {
                await objects.DeleteAsync(file.Name, cancellationToken);
                now.Remove(file.Name);
            }
        }

        if (stored is not null || now.Count > 0)
        {
            await objects.ReplaceAsync(seenName, JsonSerializer.SerializeToUtf8Bytes(now, PipelineJson.Indented), stored?.Tag, cancellationToken);
        }

        return [.. old.Select(f => f.Name)];
    }

    private static Dictionary<string, DateTimeOffset> Read(TaggedObject? stored)
    {
        try
        {
            return stored is null ? [] : JsonSerializer.Deserialize<Dictionary<string, DateTimeOffset>>(stored.Content.Span, PipelineJson.Indented) ?? [];
        }
        catch (JsonException)
        {
            // What cannot be read is seen for the first time now.
            return [];
        }
    }

    private async Task<List<StoredObject>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        List<StoredObject> files = [];
        await foreach (StoredObject file in objects.ListAsync(prefix, cancellationToken))
        {
            files.Add(file);
        }

        return files;
    }

    private async Task PackAsync(string archive, IReadOnlyList<StoredObject> files, CancellationToken cancellationToken)
    {
        if (options.DeleteOld)
        {
            return;
        }

        await objects.WriteAsync(
            archive,
            async (stream, token) =>
            {
                await using ZipArchive zip = await ZipArchive.CreateAsync(stream, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, token);
                foreach (StoredObject file in files)
                {
                    await using Stream source = await objects.OpenReadAsync(file.Name, token) ?? throw new ObjectStoreException($"The object '{file.Name}' vanished while it was put away. Run this step again.");
                    await using Stream entry = await zip.CreateEntry(file.Name[(file.Name.LastIndexOf('/') + 1)..], CompressionLevel.Optimal).OpenAsync(token);
                    await source.CopyToAsync(entry, token);
                }
            },
            cancellationToken: cancellationToken);
    }
}
