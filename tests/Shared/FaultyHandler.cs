using System.Net;
using System.Net.Http.Headers;

namespace Pipeline.TestSupport;

/// <summary>Sends requests over the network, but for those that are to fail; notes every request.</summary>
internal sealed class FaultyHandler() : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly List<string> _requests = [];
    private readonly Lock _state = new();

    /// <summary>Answers a request in the store's place, given how many came before; null lets it pass.</summary>
    public Func<HttpRequestMessage, int, HttpResponseMessage?> Answer { get; set; } = (_, _) => null;

    /// <summary>Whether the answer to a request is lost after the store has done what it asks for.</summary>
    public Func<HttpRequestMessage, bool> LosesAnswer { get; set; } = _ => false;

    /// <summary>The methods of the requests so far.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_state)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>The answer of an account that is asked too much of.</summary>
    public static HttpResponseMessage Busy(int retryAfterSeconds)
    {
        HttpResponseMessage answer = new(HttpStatusCode.ServiceUnavailable) { Content = new StringContent("<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>ServerBusy</Code><Message>The server is busy.</Message></Error>", MediaTypeHeaderValue.Parse("application/xml")) };
        answer.Headers.Add("Retry-After", $"{retryAfterSeconds}");
        answer.Headers.Add("x-ms-error-code", "ServerBusy");
        return answer;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        int before;
        lock (_state)
        {
            before = _requests.Count;
            _requests.Add(request.Method.Method);
        }

        if (Answer(request, before) is HttpResponseMessage answer)
        {
            return answer;
        }

        HttpResponseMessage real = await base.SendAsync(request, cancellationToken);
        if (LosesAnswer(request))
        {
            real.Dispose();
            throw new HttpRequestException("The connection was reset.");
        }

        return real;
    }
}
