namespace Pipeline.Problems;

/// <summary>What is told of all problems together, kept for a short time: however many ask, one reads it anew, and the others wait for that. Safe for use by many threads.</summary>
/// <typeparam name="T">What is told.</typeparam>
/// <param name="read">Reads it.</param>
/// <param name="clock">Tells how old it is.</param>
internal sealed class KeptAnswer<T>(Func<CancellationToken, Task<T>> read, TimeProvider clock) : IDisposable
    where T : class
{
    /// <summary>How long it is kept.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _turn = new(1);
    private (long At, T Answer)? _last;
    private volatile bool _stale;

    /// <summary>The answer, read anew where it is too old.</summary>
    public async Task<T> GetAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_last is not (long at, T kept) || _stale || clock.GetElapsedTime(at) >= Fresh)
            {
                _stale = false;
                kept = await read(cancellationToken);
                _last = (clock.GetTimestamp(), kept);
            }

            return kept;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes the next answer anew: something was decided about the problems.</summary>
    public void Forget() => _stale = true;

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();
}
