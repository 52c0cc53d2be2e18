using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>
/// Lets one process at a time write a stream. Each lease is an object with the next number, which one alone can write; it holds for a minute and is renewed while the stream is used.
/// Behind it stands the log, whose numbers one writer alone can take: a process whose clock is wrong loses nothing, it is told.
/// </summary>
internal sealed class StreamLease(IObjectStore objects, string stream, TimeProvider clock)
{
    private static readonly TimeSpan Term = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(20);
    private string? _name;
    private DateTimeOffset _until;

    /// <summary>Takes the lease, or holds it on.</summary>
    /// <returns>False where it had lapsed and another process has had it since: what is known of the stream is out of date.</returns>
    /// <exception cref="RequestException">Another process has it; the message says which and how long.</exception>
    public async Task<bool> HoldAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (_name is not null && now < _until - Margin)
        {
            return true;
        }

        if (_name is not null && now < _until)
        {
            await WriteAsync(_name, now, onlyIfAbsent: false, cancellationToken);
            return true;
        }

        (string? newest, LeaseHolder? holder) = await NewestAsync(cancellationToken);
        if (newest is not null && !string.Equals(newest, _name, StringComparison.Ordinal) && holder is not null && holder.Until > now && !IsGone(holder))
        {
            throw Held(holder);
        }

        bool isFirst = _name is null, isSame = string.Equals(newest, _name, StringComparison.Ordinal);
        long number = newest is null ? 1 : 1 + long.Parse(newest[(newest.LastIndexOf('/') + 1)..], CultureInfo.InvariantCulture);
        string name = StreamPaths.Leases(stream) + StreamPaths.Number(number);
        if (!await WriteAsync(name, now, onlyIfAbsent: true, cancellationToken))
        {
            throw Held((await NewestAsync(cancellationToken)).Holder);
        }

        _name = name;
        if (newest is not null)
        {
            await objects.DeleteAsync(newest, cancellationToken);
        }

        return isFirst || isSame;
    }

    /// <summary>Lets others write at once.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (_name is not null && clock.GetUtcNow() < _until)
        {
            await objects.WriteAsync(_name, (output, token) => JsonSerializer.SerializeAsync(output, Mine(DateTimeOffset.UnixEpoch), PipelineJson.Compact, token), cancellationToken: cancellationToken);
            _name = null;
        }
    }

    private async Task<bool> WriteAsync(string name, DateTimeOffset now, bool onlyIfAbsent, CancellationToken cancellationToken)
    {
        LeaseHolder mine = Mine(now + Term);
        bool written = await objects.WriteAsync(name, (output, token) => JsonSerializer.SerializeAsync(output, mine, PipelineJson.Compact, token), onlyIfAbsent, cancellationToken);
        _until = written ? mine.Until : _until;
        return written;
    }

    private async Task<(string? Name, LeaseHolder? Holder)> NewestAsync(CancellationToken cancellationToken)
    {
        string? newest = null;
        await foreach (StoredObject stored in objects.ListAsync(StreamPaths.Leases(stream), cancellationToken))
        {
            newest = stored.Name;
        }

        byte[]? content = newest is null ? null : await StreamObjects.ReadAsync(objects, newest, cancellationToken);
        try
        {
            return (newest, content is null ? null : JsonSerializer.Deserialize<LeaseHolder>(content, PipelineJson.Compact));
        }
        catch (JsonException)
        {
            // A lease that cannot be read holds nobody off.
            return (newest, null);
        }
    }

    private static LeaseHolder Mine(DateTimeOffset until)
    {
        using Process process = Process.GetCurrentProcess();
        return new LeaseHolder(Environment.MachineName, process.Id, process.StartTime.ToUniversalTime(), until);
    }

    // After a kill nobody waits: a process of this machine that does not run any more has no lease.
    private static bool IsGone(LeaseHolder holder)
    {
        if (!string.Equals(holder.Machine, Environment.MachineName, StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            using Process process = Process.GetProcessById(holder.Process);
            return Math.Abs((process.StartTime.ToUniversalTime() - holder.Started).TotalSeconds) > 2;
        }
        catch (ArgumentException)
        {
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private RequestException Held(LeaseHolder? holder) => new(
        RequestProblem.Conflict,
        holder is null
            ? $"The stream '{stream}' is being taken by another process. Send the request again."
            : string.Create(CultureInfo.InvariantCulture, $"The stream '{stream}' is written by the process {holder.Process} on '{holder.Machine}', which holds its lease until {holder.Until:O}. Send the request there, or again after that."));
}

/// <summary>Who holds a lease.</summary>
/// <param name="Machine">The machine's name.</param>
/// <param name="Process">The process's number.</param>
/// <param name="Started">When the process began, in UTC.</param>
/// <param name="Until">How long the lease holds, in UTC.</param>
internal sealed record LeaseHolder(string Machine, int Process, DateTime Started, DateTimeOffset Until);
