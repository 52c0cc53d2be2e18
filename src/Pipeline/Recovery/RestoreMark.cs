using System.Text.Json;
using Pipeline.EmergencyStop;
using Pipeline.Storage;

namespace Pipeline.Recovery;

/// <summary>
/// Says that a restore is under way: an object in the store that is restored. It counts while the pipeline is halted, so that nobody works on what is half restored; the same restore,
/// begun again, goes on over it.
/// </summary>
/// <param name="Backup">The backup.</param>
/// <param name="Areas">What is restored of it.</param>
/// <param name="Before">The mode before.</param>
/// <param name="Since">When the halt began in which it restores, in UTC; null until the pipeline is halted.</param>
internal sealed record RestoreMark(string Backup, IReadOnlyList<BackupArea> Areas, OperatingMode Before, DateTimeOffset? Since)
{
    /// <summary>The object's name.</summary>
    public const string ObjectName = "operations/restore.json";

    /// <summary>Who halts for a restore.</summary>
    public const string By = "restore";

    /// <summary>The restore that was begun and has not ended; null where there is none, and where somebody has ended its halt.</summary>
    /// <param name="objects">Where it is.</param>
    /// <param name="mode">The present mode.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async Task<RestoreMark?> FindAsync(IObjectStore objects, OperatingMode mode, CancellationToken cancellationToken)
    {
        RestoreMark? mark = await ReadAsync(objects, cancellationToken);
        bool isOfThisHalt = mark?.Since is DateTimeOffset since ? since == mode.Since : string.Equals(mode.Who, By, StringComparison.Ordinal);
        return mode.State == OperatingState.Halted && isOfThisHalt ? mark : null;
    }

    private static async Task<RestoreMark?> ReadAsync(IObjectStore objects, CancellationToken cancellationToken)
    {
        if (await objects.ReadTaggedAsync(ObjectName, cancellationToken) is not TaggedObject stored)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<RestoreMark>(stored.Content.Span, PipelineJson.Indented);
        }
        catch (JsonException)
        {
            // What was half restored stays so until a restore has come to its end.
            return new RestoreMark("", [], OperatingMode.Untouched, Since: null);
        }
    }

    /// <summary>Writes it down.</summary>
    public Task WriteAsync(IObjectStore objects, CancellationToken cancellationToken) =>
        objects.WriteAsync(ObjectName, (target, token) => JsonSerializer.SerializeAsync(target, this, PipelineJson.Indented, token), cancellationToken: cancellationToken);

    /// <summary>Whether another restore is the same.</summary>
    public bool IsSame(RestoreMark other) => string.Equals(Backup, other.Backup, StringComparison.Ordinal) && Areas.Order().SequenceEqual(other.Areas.Order());
}
