using System.Globalization;
using System.Net;
using System.Security.Authentication;
using Google;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery;

/// <summary>Says what a failure of BigQuery means: whether it passes, and what the user can do.</summary>
internal static class BigQueryFailure
{
    // The one sign of two transactions in conflict is the text: its reason is that of any wrong query.
    private const string Conflict = "due to concurrent update";

    private const string TooDear = "bytesBilledLimitExceeded";

    private static readonly HashSet<string> PassingReasons = new(StringComparer.Ordinal)
    {
        "backendError", "internalError", "jobBackendError", "jobInternalError", "rateLimitExceeded", "jobRateLimitExceeded", "tableUnavailable",
    };

    /// <summary>Whether the same step may succeed later.</summary>
    public static bool Passes(Exception exception) => exception switch
    {
        GoogleApiException or JobFailedException => PassingReasons.Contains(Reason(exception)) || IsPassing(Status(exception)),
        TokenResponseException token => IsPassing(token.StatusCode) || PassesUnderneath(token),
        SubjectTokenException or AggregateException => PassesUnderneath(exception),
        HttpRequestException { InnerException: AuthenticationException } => false,
        HttpRequestException { StatusCode: { } status } => IsPassing(status),
        HttpRequestException or IOException or TimeoutException => true,
        TaskCanceledException { InnerException: TimeoutException } => true,
        _ => false,
    };

    /// <summary>Whether this is a failure of BigQuery, of signing in or on the way there, and not of the program.</summary>
    public static bool Concerns(Exception exception) => exception switch
    {
        GoogleApiException or JobFailedException or TokenResponseException or SubjectTokenException or HttpRequestException => true,
        AggregateException { InnerException: { } inner } => Concerns(inner),
        _ => Passes(exception),
    };

    /// <summary>Whether what was asked for does not exist.</summary>
    public static bool IsMissing(Exception exception) => Status(exception) == HttpStatusCode.NotFound || string.Equals(Reason(exception), "notFound", StringComparison.Ordinal);

    /// <summary>Whether what was to be made is there already: by this very request, when its first answer was lost.</summary>
    public static bool IsDuplicate(Exception exception) => Status(exception) == HttpStatusCode.Conflict;

    /// <summary>Whether a query was refused that would read more than it may be billed for.</summary>
    public static bool IsTooDear(Exception exception) => string.Equals(Reason(exception), TooDear, StringComparison.Ordinal);

    /// <summary>Whether another transaction came first.</summary>
    public static bool IsConflict(Exception exception) => exception is GoogleApiException or JobFailedException && Message(exception).Contains(Conflict, StringComparison.OrdinalIgnoreCase);

    /// <summary>The failure as an exception that says what happened where and how to mend it.</summary>
    public static WarehouseException Explain(BigQueryOptions options, Exception exception) => new($"{Describe(options, exception)} (BigQuery: {Message(exception)})", exception);

    /// <summary>A step that was given up.</summary>
    /// <param name="options">Where.</param>
    /// <param name="isStopped">It is known to have stored nothing.</param>
    public static WarehouseException TooLong(BigQueryOptions options, bool isStopped) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"A step on {Where(options)} took longer than {options.TimeoutSeconds} s and was cancelled; {(isStopped ? "nothing of it was stored" : "whether it was stored is not known, and running it again does no harm")}. Raise BigQuery:TimeoutSeconds, or lower Preprocessing:BatchSize."));

    private static string Where(BigQueryOptions options) => $"the BigQuery dataset '{options.ProjectId}.{options.Dataset}'";

    private static string Describe(BigQueryOptions options, Exception exception)
    {
        string where = Where(options);
        return exception switch
        {
            AggregateException { InnerException: { } inner } => Describe(options, inner),
            TokenResponseException or SubjectTokenException when Passes(exception) => $"The service that signs in to Google does not answer for {where}. Run this step again later.",
            SubjectTokenException => $"Google is not told who asks for {where}: the identity of this machine gives no token for the federation. Check that the app has its identity, and the address and the resource in BigQuery:Credentials.",
            TokenResponseException => $"Google refuses the credentials for {where}. Check BigQuery:Credentials, or the file that GOOGLE_APPLICATION_CREDENTIALS names; a key may have been deleted or have expired.",
            HttpRequestException { InnerException: AuthenticationException } => $"The certificate of the server that answers for {where} is not trusted. Check the clock, and the proxy between.",
            GoogleApiException or JobFailedException when IsConflict(exception) => string.Create(
                CultureInfo.InvariantCulture, $"Others kept writing to {where}: within {options.TimeoutSeconds} s nothing of this step could be stored. Run it again, or raise BigQuery:TimeoutSeconds."),
            GoogleApiException or JobFailedException => DescribeReason(options, where, Reason(exception), Status(exception)),
            _ => $"BigQuery does not answer for {where}. Check the network and run this step again.",
        };
    }

    private static string DescribeReason(BigQueryOptions options, string where, string reason, HttpStatusCode? status) => (reason, status) switch
    {
        (TooDear, _) => string.Create(
            CultureInfo.InvariantCulture,
            $"A query of {where} would read more than {options.MaximumGigabytesBilled} GB, and was refused. Raise BigQuery:MaximumGigabytesBilled if that is what it may cost."),
        ("resourcesExceeded", _) => $"A query of {where} is too large for BigQuery to compute. A training reads the window of one tech center: lower Training:WindowMonths, or split the tech center; a write stores one batch: lower Preprocessing:BatchSize.",
        ("responseTooLarge", _) => $"A result of {where} is larger than BigQuery returns. Lower Preprocessing:BatchSize, or Training:WindowMonths where a training reads.",
        ("quotaExceeded", _) => $"A quota of {where} is used up. Wait until it is renewed, or ask for a larger one.",
        ("billingNotEnabled", _) => $"The project of {where} has no billing account, without which nothing can be written. Link one.",
        ("notFound", _) or (_, HttpStatusCode.NotFound) => $"Something of {where} is missing. Check BigQuery:ProjectId, BigQuery:Dataset and BigQuery:Location; missing tables are made when the program starts.",
        (_, HttpStatusCode.Unauthorized) => $"Google does not know who asks for {where}. Check BigQuery:Credentials, or the file that GOOGLE_APPLICATION_CREDENTIALS names.",
        ("rateLimitExceeded" or "jobRateLimitExceeded" or "tableUnavailable", _) or (_, HttpStatusCode.TooManyRequests) => $"BigQuery is too busy for {where}. Run this step again later.",
        ("accessDenied", _) or (_, HttpStatusCode.Forbidden) => $"Access to {where} is denied. Give its identity the roles BigQuery Data Editor on the dataset and BigQuery Job User on the project.",
        ("backendError" or "internalError" or "jobBackendError" or "jobInternalError", _) => $"BigQuery has trouble with {where}. Run this step again later.",
        _ when IsPassing(status) => $"BigQuery has trouble with {where}. Run this step again later.",
        _ => $"A step on {where} was refused.",
    };

    private static bool PassesUnderneath(Exception exception) => exception.InnerException is { } inner && Passes(inner);

    private static bool IsPassing(HttpStatusCode? status) => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    private static HttpStatusCode? Status(Exception exception) => exception is GoogleApiException api ? api.HttpStatusCode : null;

    private static string Reason(Exception exception) => exception switch
    {
        JobFailedException job => job.Error.Reason,
        GoogleApiException api => api.Error?.Errors?.FirstOrDefault()?.Reason ?? "",
        _ => "",
    };

    private static string Message(Exception exception) => exception is GoogleApiException { Error.Message: { Length: > 0 } message } ? message : exception.Message;
}

/// <summary>A job that was accepted and ended badly.</summary>
internal sealed class JobFailedException(JobError error) : Exception(error.Message)
{
    /// <summary>Why.</summary>
    public JobError Error { get; } = error;
}
