using System.Globalization;
using System.Text.Json;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Looks after streams: makes them, changes their configuration, saves, restores and verifies them.</summary>
public sealed class KeepStreams(StreamDirectory streams, IObjectStore objects)
{
    /// <inheritdoc cref="StreamDirectory.CreateAsync"/>
    public Task<StreamDefinition> CreateAsync(string name, StreamConfig config, string by, CancellationToken cancellationToken = default) => streams.CreateAsync(name, config, by, cancellationToken);

    /// <summary>The configurations of a stream, the one in force last.</summary>
    /// <exception cref="RequestException">There is no such stream.</exception>
    public Task<IReadOnlyList<StreamConfigVersion>> ConfigsAsync(string stream, CancellationToken cancellationToken = default) =>
        streams.UseAsync<IReadOnlyList<StreamConfigVersion>>(stream, open => Task.FromResult<IReadOnlyList<StreamConfigVersion>>(open.Read(s => s.Configs.ToArray())), cancellationToken);

    /// <summary>Brings a configuration into force, between two items. One that is in force already makes no new version.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="fields">The fields of <see cref="StreamConfig"/> that change, as a JSON object.</param>
    /// <param name="by">Who changes it.</param>
    /// <param name="cancellationToken">Stops before anything has changed.</param>
    /// <exception cref="RequestException">There is no such stream, or the configuration is not valid: nothing has changed.</exception>
    public Task<StreamConfigVersion> ConfigureAsync(string stream, JsonElement fields, string by, CancellationToken cancellationToken = default) => streams.UseAsync(
        stream,
        async open =>
        {
            StreamConfigVersion present = open.Read(s => s.Configs[^1]);
            StreamConfig config = StreamConfigReader.With(present.Config, fields);
            config.Validate();
            return config == present.Config ? present : await open.ConfigureAsync(config, by, cancellationToken);
        },
        cancellationToken);

    /// <summary>Brings the configuration in the file <c>streams/{name}/config.json</c> of the object store into force, in which an operator has written the fields that change.</summary>
    /// <exception cref="RequestException">There is no such stream or file, or the configuration is not valid: nothing has changed.</exception>
    public async Task<StreamConfigVersion> ReloadAsync(string stream, string by, CancellationToken cancellationToken = default)
    {
        StreamDefinition definition = await streams.DefinitionAsync(stream, cancellationToken);
        string name = StreamPaths.Folder(definition.Name) + "config.json";
        byte[] content = await StreamObjects.ReadAsync(objects, name, cancellationToken)
            ?? throw RequestException.NotFound("name", $"There is no '{name}' in the object store. Write the fields that change into it as a JSON object, or send them with PUT /api/streams/{definition.Name}/config.");
        try
        {
            using JsonDocument document = JsonDocument.Parse(content);
            return await ConfigureAsync(definition.Name, document.RootElement, by, cancellationToken);
        }
        catch (JsonException e)
        {
            throw RequestException.Invalid("config", $"'{name}' is not valid JSON: {e.Message} Nothing has changed.");
        }
    }

    /// <summary>Makes a snapshot now.</summary>
    /// <exception cref="RequestException">There is no such stream.</exception>
    /// <exception cref="ObjectStoreException">It cannot be written.</exception>
    public Task<StreamBackup> BackUpAsync(string stream, CancellationToken cancellationToken = default) => streams.UseAsync(stream, open => open.BackUpAsync(cancellationToken), cancellationToken);

    /// <summary>The snapshots, the oldest first, whether the stream can be opened or not.</summary>
    /// <exception cref="RequestException">There is no such stream.</exception>
    public Task<IReadOnlyList<StreamBackup>> BackupsAsync(string stream, CancellationToken cancellationToken = default) => streams.BackupsAsync(stream, cancellationToken);

    /// <summary>Takes the state of a moment up again; what came after is put aside.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="timestamp">The moment, as 2026-03-01T14:05:00Z; or <c>latest</c> to make the present state anew from what is kept.</param>
    /// <param name="cancellationToken">Stops before anything has changed.</param>
    /// <exception cref="RequestException">There is no such stream, or nothing is kept of the moment.</exception>
    public async Task<StreamOpening> RestoreAsync(string stream, string? timestamp, CancellationToken cancellationToken = default)
    {
        StreamDefinition definition = await streams.DefinitionAsync(stream, cancellationToken);
        if (string.Equals(timestamp, "latest", StringComparison.OrdinalIgnoreCase))
        {
            await streams.CloseAsync(definition.Name);
            return await streams.UseAsync(definition.Name, open => Task.FromResult(open.Opening), cancellationToken);
        }

        if (!DateTimeOffset.TryParse(timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset moment))
        {
            throw RequestException.Invalid("timestamp", $"The timestamp is '{timestamp}'; give a moment such as 2026-03-01T14:05:00Z, or latest.");
        }

        Task<StreamOpening> RestoreAsync() => streams.UseAsync(definition.Name, async open => StreamOpening.Of(definition.Name, await open.RestoreAsync(moment, cancellationToken)), cancellationToken);
        try
        {
            return await RestoreAsync();
        }
        catch (ObjectStoreException e) when (e.InnerException is BrokenLogException)
        {
            // It cannot be opened for the end of its log, which the moment does not need.
            await streams.PutDamageAsideAsync(definition, moment, cancellationToken);
            StreamOpening restored = await RestoreAsync();
            return restored with { Damaged = [.. restored.Damaged, e.Message] };
        }
    }

    /// <summary>Reads all that is kept of a stream, and tells what is damaged, whether it can be opened or not.</summary>
    /// <exception cref="RequestException">There is no such stream.</exception>
    public Task<StreamVerification> VerifyAsync(string stream, CancellationToken cancellationToken = default) => streams.VerifyAsync(stream, cancellationToken);
}
