namespace Pipeline.Adapters.Azure.OpenAI;

/// <summary>
/// Holds requests back so that those of any minute, and their tokens, stay within a quota. Who asks first goes first.
/// A request that is larger than the quota goes when it is alone in its minute.
/// </summary>
internal sealed class RequestBudget(int requestsPerMinute, int tokensPerMinute, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _lock = new();
    private readonly Queue<Request> _lastMinute = new();
    private DateTimeOffset _closedUntil = DateTimeOffset.MinValue;
    private long _tokens;

    /// <summary>Waits until a request may be sent, and counts it.</summary>
    /// <param name="tokens">How many tokens it will cost, estimated.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public async Task<Request> TakeAsync(int tokens, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                (Request? request, TimeSpan wait) = TryTake(tokens);
                if (request is not null)
                {
                    return request;
                }

                await Task.Delay(wait, clock, cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Replaces the estimate by what the service charged.</summary>
    public void Settle(Request request, int tokens)
    {
        lock (_lock)
        {
            if (request.Counts)
            {
                _tokens += tokens - request.Tokens;
                request.Tokens = tokens;
            }
        }
    }

    /// <summary>Lets nothing through for a time, since the service asked for it.</summary>
    public void Close(TimeSpan time)
    {
        lock (_lock)
        {
            DateTimeOffset until = clock.GetUtcNow() + time;
            _closedUntil = until > _closedUntil ? until : _closedUntil;
        }
    }

    public void Dispose() => _turn.Dispose();

    private (Request? Request, TimeSpan Wait) TryTake(int tokens)
    {
        lock (_lock)
        {
            DateTimeOffset now = clock.GetUtcNow();
            while (_lastMinute.TryPeek(out Request? oldest) && now - oldest.At >= Minute)
            {
                _lastMinute.Dequeue();
                _tokens -= oldest.Tokens;
                oldest.Counts = false;
            }

            if (_closedUntil > now)
            {
                return (null, _closedUntil - now);
            }

            bool fits = _lastMinute.Count < requestsPerMinute && _tokens + tokens <= tokensPerMinute;
            if (!fits && _lastMinute.TryPeek(out Request? first))
            {
                return (null, first.At + Minute - now);
            }

            Request request = new(now, tokens);
            _lastMinute.Enqueue(request);
            _tokens += tokens;
            return (request, TimeSpan.Zero);
        }
    }

    /// <summary>A request that was let through.</summary>
    internal sealed class Request(DateTimeOffset at, int tokens)
    {
        public DateTimeOffset At { get; } = at;

        public int Tokens { get; set; } = tokens;

        public bool Counts { get; set; } = true;
    }
}
