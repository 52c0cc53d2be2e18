using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;

namespace Pipeline.Bench;

/// <summary>Clients that send one request after the other, each on a connection of its own. For one run.</summary>
internal sealed class LoadClients(HttpClient http, Uri address, LoadRequests requests)
{
    private static readonly MediaTypeHeaderValue JsonType = new("application/json");

    private readonly List<double> _milliseconds = [];
    private int _errors;
    private string? _firstError;

    /// <summary>How long each answer took.</summary>
    public IReadOnlyList<double> Milliseconds => _milliseconds;

    /// <summary>The number of failed requests.</summary>
    public int Errors => _errors;

    /// <summary>What the first failed request was; null where none failed.</summary>
    public string? FirstError => _firstError;

    /// <summary>Runs the clients for a time; requests sent by its end are waited for.</summary>
    public async Task RunAsync(int clients, TimeSpan time, CancellationToken cancellationToken)
    {
        long end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        List<double>[] all = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => AskAsync(end, cancellationToken)));
        _milliseconds.AddRange(all.SelectMany(a => a));
    }

    private async Task<List<double>> AskAsync(long end, CancellationToken cancellationToken)
    {
        List<double> milliseconds = [];
        byte[] answer = new byte[16 * 1024];
        while (Stopwatch.GetTimestamp() < end)
        {
            long start = Stopwatch.GetTimestamp();
            try
            {
                await AskOnceAsync(answer, cancellationToken);
                milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                Interlocked.Increment(ref _errors);
                Interlocked.CompareExchange(ref _firstError, e.Message, comparand: null);
            }
        }

        return milliseconds;
    }

    private async Task AskOnceAsync(byte[] answer, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, address) { Content = new ByteArrayContent(requests.Next()) };
        request.Content.Headers.ContentType = JsonType;
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        long length = 0;
        for (int read; (read = await body.ReadAsync(answer, cancellationToken)) > 0;)
        {
            length += read;
        }

        if (response.StatusCode != HttpStatusCode.OK || length == 0)
        {
            throw new HttpRequestException($"The answer has status {(int)response.StatusCode} and {length} bytes.");
        }
    }
}
