using System.Threading.Channels;

namespace Pipeline.LocalHost.Durable;

/// <summary>Instances whose orchestrators are to be run. An instance is handed out once at a time: woken while it is out, it is queued again when it is back.</summary>
internal sealed class TurnQueue
{
    private readonly Lock _gate = new();
    private readonly Channel<string> _ready = Channel.CreateUnbounded<string>();
    private readonly Dictionary<string, bool> _wokenAgain = new(StringComparer.Ordinal);

    /// <summary>The next instance, in the order they were woken.</summary>
    public ValueTask<string> ReadAsync(CancellationToken cancellationToken) => _ready.Reader.ReadAsync(cancellationToken);

    /// <summary>Asks for a turn of an instance.</summary>
    public void Wake(string instanceId)
    {
        lock (_gate)
        {
            if (_wokenAgain.TryAdd(instanceId, false))
                _ready.Writer.TryWrite(instanceId);
            else
                _wokenAgain[instanceId] = true;
        }
    }

    /// <summary>Gives an instance back after its turn.</summary>
    public void Return(string instanceId)
    {
        lock (_gate)
        {
            if (_wokenAgain.Remove(instanceId, out bool again) && again)
                Wake(instanceId);
        }
    }
}
