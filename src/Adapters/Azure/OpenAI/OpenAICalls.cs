using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Azure.Identity;

namespace Pipeline.Adapters.Azure.OpenAI;

/// <summary>
/// Sends requests within a budget and again where that may help: after throttling (429), server errors, timeouts, dropped connections and answers that
/// make no sense, with the pause that the service names in <c>retry-after-ms</c> or <c>retry-after</c>, or else doubling ones.
/// </summary>
internal sealed class OpenAICalls(string what, RequestBudget budget, AzureOpenAIOptions options, TimeProvider clock, Action<OpenAICallEvent, int>? count = null)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>Sends a request.</summary>
    /// <param name="tokens">How many tokens it will cost, estimated.</param>
    /// <param name="send">Sends it once, and gives the answer with the tokens that were charged.</param>
    /// <param name="cancellationToken">Stops waiting, and the request.</param>
    /// <exception cref="OpenAICallException">It failed for good.</exception>
    public async Task<T> SendAsync<T>(int tokens, Func<CancellationToken, Task<(T Answer, int Tokens)>> send, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            RequestBudget.Request request = await budget.TakeAsync(tokens, cancellationToken);
            count?.Invoke(OpenAICallEvent.Sent, 1);
            try
            {
                (T answer, int charged) = await send(cancellationToken);
                budget.Settle(request, charged);
                count?.Invoke(OpenAICallEvent.Charged, charged);
                return answer;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                OpenAIFailure failure = FailureOf(e);
                if (failure != OpenAIFailure.Unavailable || attempt >= options.Attempts)
                {
                    // The service's own message may quote what was sent.
                    throw new OpenAICallException(failure, Explain(e, failure, attempt), e is ClientResultException ? null : e);
                }

                await PauseAsync(e, attempt, cancellationToken);
            }
        }
    }

    private async Task PauseAsync(Exception exception, int attempt, CancellationToken cancellationToken)
    {
        PipelineResponse? response = (exception as ClientResultException)?.GetRawResponse();
        TimeSpan pause = Asked(response) ?? Doubled(attempt);
        if (response?.Status == 429)
        {
            count?.Invoke(OpenAICallEvent.Throttled, 1);
            budget.Close(pause);
            return;
        }

        await Task.Delay(pause, clock, cancellationToken);
    }

    private TimeSpan Doubled(int attempt)
    {
        TimeSpan pause = TimeSpan.FromSeconds(options.FirstRetrySeconds * Math.Pow(2, attempt - 1));
        return pause < LongestPause ? pause : LongestPause;
    }

    // The service may ask for more patience than a minute, but not for a day: a wrong clock on either side must not stop the pipeline.
    private TimeSpan? Asked(PipelineResponse? response)
    {
        if (response is null)
        {
            return null;
        }

        TimeSpan? asked = null;
        if (response.Headers.TryGetValue("retry-after-ms", out string? value) && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double milliseconds))
        {
            asked = TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, 3_600_000));
        }
        else if (response.Headers.TryGetValue("retry-after", out value))
        {
            asked = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 3600))
                : DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset until) ? TimeSpan.FromSeconds(Math.Clamp((until - clock.GetUtcNow()).TotalSeconds, 0, 3600))
                : null;
        }

        return asked;
    }

    private static OpenAIFailure FailureOf(Exception exception) => exception switch
    {
        OpenAICallException own => own.Failure,
        ClientResultException { Status: 400 or 413 or 422 } => OpenAIFailure.Refused,
        ClientResultException { Status: 0 or 408 or 409 or 429 or >= 500 } => OpenAIFailure.Unavailable,
        ClientResultException or AuthenticationFailedException => OpenAIFailure.Misconfigured,
        _ => OpenAIFailure.Unavailable,
    };

    private string Explain(Exception exception, OpenAIFailure failure, int attempt)
    {
        string reason = exception switch
        {
            OpenAICallException own => own.Message,
            ClientResultException { Status: > 0 } answer => string.Create(CultureInfo.InvariantCulture, $"status {answer.Status}{ErrorCode(answer.GetRawResponse())}"),
            AuthenticationFailedException => $"no token for the identity ({exception.GetType().Name})",
            JsonException or FormatException => "the answer cannot be read",
            OperationCanceledException or TimeoutException => string.Create(CultureInfo.InvariantCulture, $"no answer within {options.TimeoutSeconds} s"),
            _ when exception.GetBaseException() is SocketException network => network.Message,
            _ => exception.GetBaseException().GetType().Name,
        };
        string host = options.V1.Host;
        return failure switch
        {
            OpenAIFailure.Refused => $"{what} at {host} refuses it: {reason}.",
            OpenAIFailure.Misconfigured => $"{what} at {host} cannot be used: {reason}. Check {AzureOpenAIOptions.Section}:Endpoint, the deployment's name, and the identity's role 'Cognitive Services OpenAI User' or the key.",
            _ => string.Create(CultureInfo.InvariantCulture, $"{what} at {host} does not answer, tried {attempt} times: {reason}. Try again later."),
        };
    }

    // The code is a word of the service's own; its message could quote what was sent.
    private static string ErrorCode(PipelineResponse? response)
    {
        try
        {
            using JsonDocument body = JsonDocument.Parse(response?.Content.ToMemory() ?? default);
            JsonElement error = body.RootElement.GetProperty("error");
            return error.TryGetProperty("code", out JsonElement code) && code.ValueKind == JsonValueKind.String && code.GetString() is { Length: > 0 and <= 64 } word && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
                ? $" ({word})"
                : "";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return "";
        }
    }
}
