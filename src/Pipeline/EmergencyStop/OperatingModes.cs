using System.Text.Json;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.EmergencyStop;

/// <summary>
/// The emergency stop: one small object in the object store, which everything asks before it works and again while it works. It lies there and not in the warehouse, where each
/// question could be a billed query of a second; a store that does not answer leaves the mode as it was last known. An object that cannot be read halts. Safe for use by many threads.
/// </summary>
public sealed class OperatingModes(IObjectStore objects, TimeProvider clock)
{
    /// <summary>The object's name.</summary>
    public const string ObjectName = "operations/mode.json";

    /// <summary>The longest reason, in characters.</summary>
    public const int LongestReason = 1_000;

    /// <summary>How old an answer may be that is not asked for anew: so late may work notice that it is to stand.</summary>
    internal static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    // So long one batch may take until it stands.
    private static readonly TimeSpan LongestStand = TimeSpan.FromMinutes(10);

    private volatile Known? _known;
    private int _inHand;

    /// <summary>The mode as it is stored.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<OperatingMode> ReadAsync(CancellationToken cancellationToken = default) =>
        Parse(await objects.ReadTaggedAsync(ObjectName, cancellationToken)).Mode;

    /// <summary>Changes the mode. Where the same state is asked for again, the first reason and time stay.</summary>
    /// <param name="state">What may go on.</param>
    /// <param name="who">Who decides it.</param>
    /// <param name="reason">Why; needed but for <see cref="OperatingState.Running"/>.</param>
    /// <param name="cancellationToken">Stops before the writing.</param>
    /// <returns>The mode that holds now.</returns>
    /// <exception cref="RequestException">The reason is missing or too long.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task<OperatingMode> SetAsync(OperatingState state, string who, string? reason, CancellationToken cancellationToken = default)
    {
        reason = string.IsNullOrWhiteSpace(reason) ? null : reason.Trim();
        if (reason is null && state != OperatingState.Running)
        {
            throw RequestException.Invalid("reason", "Say why: whoever meets the stop reads it.");
        }

        if (reason?.Length > LongestReason)
        {
            throw RequestException.Invalid("reason", $"The reason has {reason.Length} characters; at most {LongestReason} are kept.");
        }

        return Remember(await objects.ChangeAsync(
            ObjectName,
            stored =>
            {
                (OperatingMode present, bool sound) = Parse(stored);
                return ValueTask.FromResult(sound && present.State == state ? (present, false) : (new OperatingMode(state, clock.GetUtcNow(), who, reason), true));
            },
            cancellationToken));
    }

    /// <summary>Lets pass what may go on in the present mode.</summary>
    /// <param name="changes">Whether it changes anything.</param>
    /// <param name="cancellationToken">Stops the asking.</param>
    /// <exception cref="HaltedException">It may not.</exception>
    public async Task RequireAsync(bool changes, CancellationToken cancellationToken = default)
    {
        OperatingMode mode = await LookAsync(cancellationToken);
        if (mode.State == OperatingState.Halted || (changes && mode.State != OperatingState.Running))
        {
            throw new HaltedException(mode);
        }
    }

    /// <summary>Does work that changes things, and stops it where the mode no longer allows it: at the next point where it can be cancelled, so with what it had finished kept.</summary>
    /// <param name="work">The work; its token is cancelled too when it must stand.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="HaltedException">It may not begin, or had to stand.</exception>
    public async Task<T> DoAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        await RequireAsync(changes: true, cancellationToken);
        Interlocked.Increment(ref _inHand);
        using CancellationTokenSource stand = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<OperatingMode?> watch = WatchAsync(stand, done.Token);
        try
        {
            return await work(stand.Token);
        }
        catch (OperationCanceledException e) when (stand.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new HaltedException(await watch ?? OperatingMode.Untouched, e);
        }
        finally
        {
            await done.CancelAsync();
            await watch;
            Interlocked.Decrement(ref _inHand);
        }
    }

    /// <summary>Does work that changes things, and stops it where the mode no longer allows it.</summary>
    /// <exception cref="HaltedException">It may not begin, or had to stand.</exception>
    public Task DoAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken = default) => DoAsync(
        async token =>
        {
            await work(token);
            return true;
        },
        cancellationToken);

    /// <summary>Waits, after a halt, until the work of this process stands: what began before the halt was known has ended or was stopped.</summary>
    /// <exception cref="TimeoutException">Some of it does not stand after ten minutes.</exception>
    public async Task StandAsync(CancellationToken cancellationToken = default)
    {
        long start = clock.GetTimestamp();
        while (Volatile.Read(ref _inHand) > 0)
        {
            if (clock.GetElapsedTime(start) > LongestStand)
            {
                throw new TimeoutException($"Work that was under way does not stand {LongestStand.TotalMinutes:0} minutes after the halt. Stop the program, and do this again.");
            }

            await Task.Delay(Fresh / 4, clock, cancellationToken);
        }
    }

    // Gives the mode that stopped the work; null where the work ended before.
    private async Task<OperatingMode?> WatchAsync(CancellationTokenSource stand, CancellationToken done)
    {
        try
        {
            using PeriodicTimer timer = new(Fresh, clock);
            while (await timer.WaitForNextTickAsync(done))
            {
                OperatingMode mode = await LookAsync(done);
                if (mode.State != OperatingState.Running)
                {
                    await stand.CancelAsync();
                    return mode;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The work has ended.
        }

        return null;
    }

    private async Task<OperatingMode> LookAsync(CancellationToken cancellationToken)
    {
        Known? known = _known;
        if (known is not null && clock.GetElapsedTime(known.At) < Fresh)
        {
            return known.Mode;
        }

        try
        {
            return Remember(await ReadAsync(cancellationToken));
        }
        catch (ObjectStoreException)
        {
            // Whatever needs the store says so itself.
            return Remember(known?.Mode ?? OperatingMode.Untouched);
        }
    }

    private OperatingMode Remember(OperatingMode mode)
    {
        _known = new Known(mode, clock.GetTimestamp());
        return mode;
    }

    private static (OperatingMode Mode, bool Sound) Parse(TaggedObject? stored)
    {
        if (stored is null)
        {
            return (OperatingMode.Untouched, true);
        }

        try
        {
            OperatingMode mode = JsonSerializer.Deserialize<OperatingMode>(stored.Content.Span, PipelineJson.Indented) ?? throw new JsonException("it holds null");
            return (mode, true);
        }
        catch (JsonException e)
        {
            return (new OperatingMode(OperatingState.Halted, DateTimeOffset.UnixEpoch, "pipeline", $"{ObjectName} in the object store cannot be read ({e.Message.TrimEnd('.')}), and may have been a stop"), false);
        }
    }

    private sealed record Known(OperatingMode Mode, long At);
}
