using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipeline.Requests;
using Pipeline.Streams;

namespace Pipeline.Triggers;

/// <summary>Answers of the streams' routes, measured, and what they read of a request.</summary>
internal static class StreamAnswers
{
    /// <summary>Makes an answer as <see cref="HttpAnswers"/> does, and measures it under the name of what was asked.</summary>
    public static async Task<IResult> RunAsync(HttpRequest request, ILogger logger, string operation, Func<Task<IResult>> answer, params string[] parameters)
    {
        long start = Stopwatch.GetTimestamp();
        IResult result = await HttpAnswers.RunAsync(request, logger, answer, parameters);
        int status = (result as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status200OK;
        KeyValuePair<string, object?> tag = new("operation", operation);
        StreamMetrics.ApiDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, tag, new("status", status));
        if (status >= StatusCodes.Status500InternalServerError && !HttpAnswers.Stands(result))
        {
            StreamMetrics.ApiErrors.Add(1, tag);
        }

        return result;
    }

    /// <summary>A whole number of the query.</summary>
    /// <exception cref="RequestException">It is none, or out of its range.</exception>
    public static int Number(HttpRequest request, string name, int standard, int lowest, int highest)
    {
        string text = request.Query[name].ToString();
        return text.Length == 0 ? standard
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= lowest && number <= highest ? number
            : throw RequestException.Invalid(name, string.Create(CultureInfo.InvariantCulture, $"{name} is '{(text.Length > 60 ? text[..60] : text)}'; it must be a whole number from {lowest} to {highest}."));
    }

    /// <summary>The text of a field.</summary>
    /// <exception cref="RequestException">It holds half a character.</exception>
    public static string Text(JsonElement value, string name)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw RequestException.Invalid(name, $"{name} {JsonRequest.HalfCharacter}.");
        }
    }

    /// <summary>The body, which is a JSON object; an empty one stands for one without fields.</summary>
    /// <exception cref="RequestException">It is none, or too long.</exception>
    public static async Task<JsonElement> ObjectAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using MemoryStream bytes = new();
        byte[] buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > JsonRequest.LongestBody)
            {
                throw new RequestException(RequestProblem.TooLarge, string.Create(CultureInfo.InvariantCulture, $"The body is longer than {JsonRequest.LongestBody} bytes."));
            }
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes.Length == 0 ? "{}"u8.ToArray() : bytes.ToArray(), new JsonDocumentOptions { AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw new RequestException("The body must be a JSON object.");
        }
        catch (JsonException e)
        {
            throw JsonRequest.NotJson(e, "Send a JSON object.");
        }
        catch (InvalidOperationException e)
        {
            throw new RequestException($"The body has a field whose name {JsonRequest.HalfCharacter}.", e);
        }
    }
}
