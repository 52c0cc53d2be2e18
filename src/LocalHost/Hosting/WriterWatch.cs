using System.Globalization;
using Microsoft.Extensions.Logging;
using Pipeline.Storage;

namespace Pipeline.LocalHost.Hosting;

/// <summary>
/// Keeps this process the one that writes, of several on one warehouse: waits for its turn, renews it, and tells when another has it. While the warehouse does not answer nobody can take the turn
/// either, so this process goes on; it ends once it hears that another took over.
/// </summary>
internal sealed class WriterWatch : IAsyncDisposable
{
    private readonly IWriterLease _lease;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _renewing;

    private WriterWatch(IWriterLease lease, string holder, Action lost, ILogger logger, TimeProvider clock)
    {
        (_lease, Holder, _logger, _clock) = (lease, holder, logger, clock);
        _renewing = RenewAsync(lost);
    }

    /// <summary>This process's name among those of the warehouse.</summary>
    public string Holder { get; }

    /// <summary>Who has taken over; null while this process writes.</summary>
    public string? Successor { get; private set; }

    /// <summary>Waits until it is this process's turn.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="lost">Called when another took over.</param>
    /// <param name="tell">Told, once for each, who writes while this process waits.</param>
    /// <param name="logger">Is told what does not work meanwhile.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public static async Task<WriterWatch> WaitAsync(IWriterLease lease, Action lost, Action<string> tell, ILogger logger, TimeProvider clock, CancellationToken cancellationToken)
    {
        string holder = NewHolder();
        string? told = null;
        while (true)
        {
            WriterTurn? turn = await TryAsync(lease, holder, logger, cancellationToken);
            if (turn is { IsHeld: true })
            {
                return new WriterWatch(lease, holder, lost, logger, clock);
            }

            if (turn is not null && !string.Equals(told, turn.Holder, StringComparison.Ordinal))
            {
                told = turn.Holder;
                tell(string.Create(CultureInfo.InvariantCulture, $"Standby      {turn.Holder} writes since {turn.Since:u}; this process takes over when that is not heard of for {lease.Duration.TotalSeconds:0} s"));
            }

            await Task.Delay(Pause(lease), clock, cancellationToken);
        }
    }

    /// <summary>Takes the turn where it is free.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="whenHeld">What to do where another process has it, as a sentence.</param>
    /// <param name="lost">Called when another took over.</param>
    /// <param name="logger">Is told what does not work meanwhile.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Stops the asking.</param>
    /// <exception cref="CommandException">Another process has it.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be written.</exception>
    public static async Task<WriterWatch> TakeAsync(IWriterLease lease, string whenHeld, Action lost, ILogger logger, TimeProvider clock, CancellationToken cancellationToken)
    {
        string holder = NewHolder();
        WriterTurn turn = await lease.TryAcquireAsync(holder, cancellationToken);
        return turn.IsHeld
            ? new WriterWatch(lease, holder, lost, logger, clock)
            : throw new CommandException(string.Create(CultureInfo.InvariantCulture, $"The warehouse is in use by another process: {turn.Holder} writes it since {turn.Since:u}. {whenHeld}"), ExitCode.Failed);
    }

    /// <summary>Ends the turn, so that another need not wait for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _renewing;
        _stop.Dispose();
        if (Successor is null)
        {
            try
            {
                using CancellationTokenSource limit = new(Pause(_lease));
                await _lease.ReleaseAsync(Holder, limit.Token);
            }
            catch (Exception e) when (e is WarehouseException or OperationCanceledException)
            {
                // Then the turn ends by itself.
            }
        }
    }

    private static string NewHolder() => string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}, process {Environment.ProcessId}, {Guid.NewGuid().ToString("N")[..8]}");

    private static TimeSpan Pause(IWriterLease lease) => lease.Duration / 3;

    private static async Task<WriterTurn?> TryAsync(IWriterLease lease, string holder, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            return await lease.TryAcquireAsync(holder, cancellationToken);
        }
        catch (WarehouseException e)
        {
            logger.LogWarning(41, "Whose turn it is to write cannot be asked, and is asked again. {Problem}", e.Message);
            return null;
        }
    }

    private async Task RenewAsync(Action lost)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Pause(_lease), _clock, _stop.Token);
                if (await TryAsync(_lease, Holder, _logger, _stop.Token) is { IsHeld: false } turn)
                {
                    Successor = turn.Holder;
                    _logger.LogCritical(42, "{Successor} has taken over the writing, since this process was not heard of for too long. It stops", turn.Holder);
                    lost();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }
}
