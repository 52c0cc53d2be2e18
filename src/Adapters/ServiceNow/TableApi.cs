using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Pipeline.Intake;

namespace Pipeline.Adapters.ServiceNow;

/// <summary>
/// Asks for pages of a table, and again where that may help: after throttling (429), server errors, timeouts, dropped connections and answers that are broken off,
/// with the pause that ServiceNow names, or else doubling ones. What takes it too long is asked for by halves.
/// </summary>
internal sealed class TableApi(HttpClient http, ServiceNowOptions options, Func<ServiceNowSecrets> secrets, TimeProvider clock)
{
    private const int FewestRows = 10;
    private const int LongestReason = 200;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(10);

    private readonly ServiceNowSignIn _signIn = new(http, options, secrets, clock);

    /// <summary>How many rows are asked for at once.</summary>
    public int PageSize { get; private set; } = options.PageSize;

    /// <summary>Asks for a page.</summary>
    /// <param name="query">The encoded query, with its order.</param>
    /// <param name="fields">The fields.</param>
    /// <param name="offset">Rows to pass over.</param>
    /// <param name="cancellationToken">Stops waiting, and the request.</param>
    /// <returns>The page, and how many rows it was asked for.</returns>
    /// <exception cref="FeedException">It failed for good.</exception>
    public async Task<(TablePage Page, int Asked)> ReadAsync(string query, IReadOnlyList<string> fields, int offset, CancellationToken cancellationToken)
    {
        bool hasSignedInAnew = false;
        for (int attempt = 1; ; attempt++)
        {
            TimeSpan? asked = null;
            string reason;
            int rows = PageSize;
            try
            {
                using HttpRequestMessage request = new(HttpMethod.Get, Address(query, fields, offset, rows));
                request.Headers.Authorization = await _signIn.AuthorizeAsync(cancellationToken);
                request.Headers.Accept.ParseAdd("application/json");
                using HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
                if (response.StatusCode == HttpStatusCode.Unauthorized && !hasSignedInAnew && _signIn.Forget())
                {
                    hasSignedInAnew = true;
                    attempt--;
                    continue;
                }

                byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return (TablePage.Read(body, fields, HasNext(response), rows), rows);
                }

                RefuseWhatStays(response.StatusCode, body);
                asked = Asked(response.Headers.RetryAfter);
                reason = string.Create(CultureInfo.InvariantCulture, $"status {(int)response.StatusCode}");
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && Passes(e))
            {
                reason = Reason(e);
                if (e is HalfPageException or TaskCanceledException)
                {
                    PageSize = Math.Max(FewestRows, PageSize / 2);
                }
            }

            if (attempt >= options.Attempts)
            {
                throw new FeedException(string.Create(CultureInfo.InvariantCulture, $"ServiceNow at {options.Instance} does not give the table '{options.Table}', tried {attempt} times: {reason}. What was read before is stored, and the next pull goes on there."));
            }

            await Task.Delay(asked ?? Doubled(attempt), clock, cancellationToken);
        }
    }

    private Uri Address(string query, IReadOnlyList<string> fields, int offset, int rows) => new(
        new Uri(options.Instance),
        string.Create(
            CultureInfo.InvariantCulture,
            $"/api/now/table/{options.Table}?sysparm_query={Uri.EscapeDataString(query)}&sysparm_fields={Uri.EscapeDataString(string.Join(',', fields))}&sysparm_display_value=all&sysparm_exclude_reference_link=true&sysparm_limit={rows}&sysparm_offset={offset}"));

    /// <summary>What the header Link says of a next page; null where there is none.</summary>
    private static bool? HasNext(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Link", out IEnumerable<string>? links) ? links.Any(link => link.Contains("rel=\"next\"", StringComparison.OrdinalIgnoreCase)) : null;

    private void RefuseWhatStays(HttpStatusCode status, byte[] body)
    {
        string table = $"the table '{options.Table}' of ServiceNow at {options.Instance}";
        string? why = (int)status switch
        {
            401 => $"ServiceNow at {options.Instance} does not let the user of the feed in. Check {ServiceNowOptions.Section}:UserName and {ServiceNowOptions.Section}:Password, or the client's.",
            403 => $"The user of the feed may not read {table}. Give it a role that may, such as itil with the right of web services.",
            404 => $"There is not {table}, or none of its rows may be read. Check {ServiceNowOptions.Section}:Instance and {ServiceNowOptions.Section}:Table.",
            >= 300 and < 400 => $"ServiceNow at {options.Instance} leads elsewhere instead of answering. Check {ServiceNowOptions.Section}:Instance; an instance may have been renamed.",
            408 or 429 or >= 500 => null,
            _ => string.Create(CultureInfo.InvariantCulture, $"A question for {table} was refused with status {(int)status}. Check {ServiceNowOptions.Section}:Query and {ServiceNowOptions.Section}:Fields."),
        };
        if (why is not null)
        {
            throw new FeedException($"{why}{Said(body)}");
        }
    }

    private static string Said(byte[] body)
    {
        try
        {
            using JsonDocument answer = JsonDocument.Parse(body);
            string message = answer.RootElement.GetProperty("error").GetProperty("message").GetString() ?? "";
            return message.Length == 0 ? "" : $" (ServiceNow: {message[..Math.Min(message.Length, LongestReason)]})";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return "";
        }
    }

    private static bool Passes(Exception exception) => exception is HttpRequestException or IOException or TaskCanceledException or JsonException or HalfPageException;

    private string Reason(Exception exception) => exception switch
    {
        HalfPageException => "it breaks off in the middle of a page, since the question takes it too long",
        JsonException => "its answer is broken off, or no answer of the Table API (an instance that sleeps shows a page instead)",
        TaskCanceledException => string.Create(CultureInfo.InvariantCulture, $"no answer within {options.TimeoutSeconds} s"),
        HttpRequestException { StatusCode: { } status } => string.Create(CultureInfo.InvariantCulture, $"status {(int)status}"),
        _ => exception.GetBaseException().Message.TrimEnd('.'),
    };

    private TimeSpan Doubled(int attempt)
    {
        TimeSpan pause = TimeSpan.FromSeconds(options.FirstRetrySeconds * Math.Pow(2, attempt - 1));
        return pause < LongestPause ? pause : LongestPause;
    }

    private TimeSpan? Asked(RetryConditionHeaderValue? header)
    {
        TimeSpan? asked = header?.Delta ?? (header?.Date is { } date ? date - clock.GetUtcNow() : null);
        return asked is null ? null : TimeSpan.FromTicks(Math.Clamp(asked.Value.Ticks, 0, LongestAsked.Ticks));
    }
}
