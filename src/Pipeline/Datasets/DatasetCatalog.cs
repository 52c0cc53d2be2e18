using System.Text.Json;
using Pipeline.Incidents;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Datasets;

/// <summary>The data sets there are: those that come with the program, and those that are defined in the object store, one file <c>datasets/{name}.json</c> each. A file of the same name replaces what comes with the program.</summary>
public sealed class DatasetCatalog(IObjectStore objects, ITechCenters techCenters)
{
    private const string Folder = "datasets/";
    private const string Extension = ".json";

    /// <summary>Those that come with the program: the incidents, which any row may enter, and the household survey.</summary>
    public static IReadOnlyList<Dataset> BuiltIn { get; } = [new Dataset { Name = Dataset.Incidents }, ReadSurvey()];

    /// <summary>All data sets, in ordinal order of name.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read, or holds a definition that is none.</exception>
    public async Task<IReadOnlyList<Dataset>> ListAsync(CancellationToken cancellationToken = default)
    {
        SortedDictionary<string, Dataset> all = new(BuiltIn.ToDictionary(dataset => dataset.Name, StringComparer.Ordinal), StringComparer.Ordinal);
        await foreach (StoredObject item in objects.ListAsync(Folder, cancellationToken))
        {
            if (item.Name.EndsWith(Extension, StringComparison.Ordinal) && await ReadAsync(item.Name[Folder.Length..^Extension.Length], cancellationToken) is { } dataset)
            {
                all[dataset.Name] = dataset;
            }
        }

        return [.. all.Values];
    }

    /// <summary>A data set.</summary>
    /// <param name="name">Its name, in any case.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There is none of this name.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read, or holds a definition that is none.</exception>
    public async Task<Dataset> FindAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        IReadOnlyList<Dataset> all = await ListAsync(cancellationToken);
        return all.FirstOrDefault(dataset => string.Equals(dataset.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw RequestException.NotFound("id", $"There is no data set '{name}'. Known: {string.Join(", ", all.Select(dataset => $"'{dataset.Name}'"))}.");
    }

    /// <summary>The data set whose partition a tech center is.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read, or holds a definition that is none.</exception>
    public async Task<Dataset> OwnerOfAsync(string techCenter, CancellationToken cancellationToken = default) => OwnerOf(techCenter, await ListAsync(cancellationToken));

    /// <summary>As the other, of data sets that are at hand.</summary>
    public static Dataset OwnerOf(string techCenter, IReadOnlyList<Dataset> datasets)
    {
        ArgumentNullException.ThrowIfNull(datasets);
        return datasets.FirstOrDefault(dataset => dataset.Owns(techCenter)) ?? datasets.First(dataset => string.Equals(dataset.Name, Dataset.Incidents, StringComparison.Ordinal));
    }

    /// <summary>Adds a data set.</summary>
    /// <exception cref="RequestException">The definition is wrong, or there is one of this name.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be written.</exception>
    public async Task AddAsync(Dataset dataset, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        await RequireSoundAsync(dataset, cancellationToken);
        if (BuiltIn.Any(known => string.Equals(known.Name, dataset.Name, StringComparison.Ordinal)) || !await WriteAsync(dataset, onlyIfAbsent: true, cancellationToken))
        {
            throw new RequestException(RequestProblem.Conflict, $"There is a data set '{dataset.Name}' already. Give the new one another name, or replace the definition: PUT /api/v1/datasets/{dataset.Name}, or dataset add --replace.");
        }
    }

    /// <summary>Adds a data set, or replaces the definition of the one of this name. Rows that are stored already stay as they are; records are read anew by the new columns at the next preprocessing.</summary>
    /// <returns>Whether it is a new one.</returns>
    /// <exception cref="RequestException">The definition is wrong, or would make another kind of rows of those that are there.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be written.</exception>
    public async Task<bool> PutAsync(Dataset dataset, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        await RequireSoundAsync(dataset, cancellationToken);
        Dataset? before = (await ListAsync(cancellationToken)).FirstOrDefault(known => string.Equals(known.Name, dataset.Name, StringComparison.Ordinal));
        if (before is not null && before.Kind != dataset.Kind)
        {
            throw new RequestException(RequestProblem.Conflict, $"The data set '{dataset.Name}' is of the kind {before.Kind.ToString().ToLowerInvariant()}, which cannot change. Add another data set.");
        }

        await WriteAsync(dataset, onlyIfAbsent: false, cancellationToken);
        return before is null;
    }

    /// <summary>Whether there are preprocessed rows of a data set.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<bool> HasRowsAsync(Dataset dataset, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return (await techCenters.ListTechCentersAsync(cancellationToken)).Any(dataset.Owns);
    }

    private async Task RequireSoundAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        dataset.Validate();
        if ((await ListAsync(cancellationToken)).Any(known => string.Equals(known.Name, dataset.Name, StringComparison.Ordinal)))
        {
            return;
        }

        if ((await techCenters.ListTechCentersAsync(cancellationToken)).FirstOrDefault(dataset.Owns) is { } taken)
        {
            throw new RequestException(RequestProblem.Conflict, $"There is a tech center '{taken}', which would belong to a data set '{dataset.Name}'. Give the data set another name.");
        }
    }

    private Task<bool> WriteAsync(Dataset dataset, bool onlyIfAbsent, CancellationToken cancellationToken) =>
        objects.WriteAsync($"{Folder}{dataset.Name}{Extension}", (stream, stopping) => JsonSerializer.SerializeAsync(stream, dataset, PipelineJson.Indented, stopping), onlyIfAbsent, cancellationToken);

    private async Task<Dataset?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        string path = $"{Folder}{name}{Extension}";
        await using Stream? stream = await objects.OpenReadAsync(path, cancellationToken);
        if (stream is null)
        {
            return null;
        }

        try
        {
            Dataset? dataset = await JsonSerializer.DeserializeAsync<Dataset>(stream, PipelineJson.Indented, cancellationToken);
            return dataset is not null && string.Equals(dataset.Name, name, StringComparison.Ordinal) ? dataset : throw new JsonException($"It defines another data set than '{name}'");
        }
        catch (JsonException e)
        {
            throw new ObjectStoreException($"The definition of a data set in '{path}' cannot be read: {e.Message.TrimEnd('.')}. Define it again, or delete the object.", e);
        }
    }

    private static Dataset ReadSurvey()
    {
        using Stream stream = typeof(DatasetCatalog).Assembly.GetManifestResourceStream("Pipeline.Datasets.household-survey.json")!;
        return JsonSerializer.Deserialize<Dataset>(stream, PipelineJson.Indented)!;
    }
}
