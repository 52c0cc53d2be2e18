using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Hosting.Http;

/// <summary>The keys that are taken now: those of a file, which is read again when it changes, so that a rotation needs no restart. Where it cannot be read any more, those that were read last hold.</summary>
/// <param name="path">The file; empty for keys that do not change.</param>
/// <param name="first">The keys as they were read first.</param>
/// <param name="options">Which roles they have.</param>
/// <param name="clock">The time.</param>
/// <param name="logger">Told of a file that cannot be read.</param>
internal sealed partial class HostKeyFile(string path, HostKeys first, AccessOptions options, TimeProvider clock, ILogger<HostKeyFile> logger) : IAccessKeys
{
    private volatile State _state = new(Stamp(path), first);

    /// <inheritdoc/>
    public IReadOnlyList<KnownKey> Known
    {
        get
        {
            string stamp = Stamp(path);
            if (!string.Equals(_state.Stamp, stamp, StringComparison.Ordinal))
            {
                _state = new State(stamp, Read(path));
            }

            return _state.Keys.WithRoles(options, clock.GetUtcNow());
        }
    }

    private HostKeys Read(string file)
    {
        try
        {
            return HostKeys.Read(file);
        }
        catch (CommandException e)
        {
            LogUnreadable(e.Message);
            return _state.Keys;
        }
    }

    private static string Stamp(string path) => path.Length > 0 && new FileInfo(path) is { Exists: true } file ? FormattableString.Invariant($"{file.LastWriteTimeUtc.Ticks}/{file.Length}") : "none";

    [LoggerMessage(EventId = 13, Level = LogLevel.Error, Message = "The keys that were read last hold on: {Problem}")]
    private partial void LogUnreadable(string problem);

    private sealed record State(string Stamp, HostKeys Keys);
}
