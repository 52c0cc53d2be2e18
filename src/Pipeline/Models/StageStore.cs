using System.Text.Json;
using Pipeline.Storage;

namespace Pipeline.Models;

/// <summary>
/// The one place that says which version serves a tech center: <c>stages.json</c> in its folder. It is written only over the state that was read, so that of several changes at once
/// none is lost. A folder without it is of an earlier program: there the newest version is in production, and the ones before it were. Where it is damaged, the same holds, and nothing is promoted by
/// itself until a person has decided anew.
/// </summary>
public sealed class StageStore
{
    private readonly IObjectStore _objects;
    private readonly ModelFolders _folders;
    private readonly Func<string, CancellationToken, Task<List<ModelVersionId>>> _versions;

    internal StageStore(IObjectStore objects, ModelFolders folders, Func<string, CancellationToken, Task<List<ModelVersionId>>> versions)
    {
        (_objects, _folders, _versions) = (objects, folders, versions);
    }

    /// <summary>The present state.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<CenterStages> ReadAsync(string techCenter, CancellationToken cancellationToken = default)
    {
        string folder = await _folders.FindAsync(techCenter, cancellationToken);
        return (await ReadAsync(techCenter, folder, await _objects.ReadTaggedAsync(NameIn(folder), cancellationToken), cancellationToken)).Stages;
    }

    /// <summary>Makes sure that the state is written down: what is published from then on is a candidate.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public Task<CenterStages> OpenAsync(string techCenter, CancellationToken cancellationToken = default) => ChangeAsync(techCenter, stages => stages, cancellationToken);

    /// <summary>Changes the state. Where another change comes between, the change is made anew, of the state that it left.</summary>
    /// <param name="techCenter">The tech center.</param>
    /// <param name="change">Gives the new state of the present one; what it throws passes through, and nothing is changed.</param>
    /// <param name="cancellationToken">Stops before the writing.</param>
    /// <returns>The new state.</returns>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task<CenterStages> ChangeAsync(string techCenter, Func<CenterStages, CenterStages> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        string folder = await _folders.TakeAsync(techCenter, cancellationToken);
        return await _objects.ChangeAsync(
            NameIn(folder),
            async stored =>
            {
                (CenterStages present, bool written) = await ReadAsync(techCenter, folder, stored, cancellationToken);
                CenterStages changed = change(present);
                return (changed, !written || !ReferenceEquals(changed, present));
            },
            cancellationToken);
    }

    private static string NameIn(string folder) => $"{ModelPaths.Root}/{folder}/{ModelPaths.StagesFile}";

    private async Task<(CenterStages Stages, bool Written)> ReadAsync(string techCenter, string folder, TaggedObject? stored, CancellationToken cancellationToken)
    {
        if (stored is null)
        {
            return (await DeriveAsync(techCenter, folder, cancellationToken), false);
        }

        try
        {
            CenterStages stages = JsonSerializer.Deserialize<CenterStages>(stored.Content.Span, PipelineJson.Indented) ?? throw new JsonException("it holds null");
            if (stages.Versions.Contains(null!) || stages.History.Contains(null!))
            {
                throw new JsonException("one of its versions or changes is null");
            }

            return (stages, true);
        }
        catch (JsonException e)
        {
            StageChange damage = new(DateTimeOffset.UnixEpoch, "pipeline", $"The file before could not be read ({e.Message.TrimEnd('.')}): the stages were taken from the versions.", "", ModelStage.Candidate, ModelStage.Candidate);
            CenterStages derived = await DeriveAsync(techCenter, folder, cancellationToken);
            string serves = derived.Production is StagedVersion production ? $"{production.Version} serves since, whatever served before" : "no version serves since";
            string problem = $"{NameIn(folder)} could not be read: {serves}, and no version is promoted by itself. Say with 'models promote' or 'models rollback' which one is to serve, and with 'models policy' what becomes of later ones.";
            return (derived with { History = [damage], Policy = PromotionPolicy.Manual, Damage = problem }, false);
        }
    }

    // The newest version was the one that served. One that the gate refused never did.
    private async Task<CenterStages> DeriveAsync(string techCenter, string folder, CancellationToken cancellationToken)
    {
        List<StagedVersion> staged = [];
        foreach (ModelVersionId version in Enumerable.Reverse(await _versions(folder, cancellationToken)))
        {
            bool? passed = await PassedAsync(folder, version, cancellationToken);
            int served = staged.Count(v => v.Stage != ModelStage.Candidate);
            ModelStage stage = passed == false ? ModelStage.Candidate : served == 0 ? ModelStage.Production : served == 1 ? ModelStage.Previous : ModelStage.Retired;
            staged.Add(new StagedVersion(version.ToString(), stage, null, Passed: passed, ServedAt: stage == ModelStage.Candidate ? null : DateTimeOffset.UnixEpoch));
        }

        staged.Reverse();
        return new CenterStages(techCenter, staged, []);
    }

    private async Task<bool?> PassedAsync(string folder, ModelVersionId version, CancellationToken cancellationToken)
    {
        await using Stream? stream = await _objects.OpenReadAsync($"{ModelPaths.Version(folder, version.ToString())}/{ModelPaths.ValidationFile}", cancellationToken);
        try
        {
            return stream is null ? null : (await JsonSerializer.DeserializeAsync<Verdict>(stream, PipelineJson.Indented, cancellationToken))?.Passed;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private sealed record Verdict(bool Passed);
}
