using System.Globalization;
using System.Net;
using Google;
using Google.Apis.Auth.OAuth2.Responses;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery;

/// <summary>Says what a failure of BigQuery means: whether it passes, and what the user can do.</summary>
internal static class BigQueryFailure
{
    // The one sign of two transactions in conflict is the text: its reason is that of any wrong query.
    private const string Conflict = "due to concurrent update";

    private static readonly HashSet<string> PassingReasons = new(StringComparer.Ordinal)
    {
        "backendError", "internalError", "jobBackendError", "jobInternalError", "rateLimitExceeded", "jobRateLimitExceeded", "tableUnavailable",
    };

    /// <summary>Whether the same step may succeed later.</summary>
    public static bool Passes(Exception exception) => exception switch
    {
        GoogleApiException api => IsConflict(api) || PassingReasons.Contains(Reason(api)) || (int)api.HttpStatusCode is 429 or >= 500,
        HttpRequestException or IOException => true,
        TaskCanceledException { InnerException: TimeoutException } => true,
        _ => false,
    };

    /// <summary>Whether this is a failure of BigQuery or on the way to it, and not of the program.</summary>
    public static bool Concerns(Exception exception) => exception is GoogleApiException or TokenResponseException || Passes(exception);

    /// <summary>Whether what was asked for does not exist.</summary>
    public static bool IsMissing(Exception exception) => exception is GoogleApiException api && (api.HttpStatusCode == HttpStatusCode.NotFound || string.Equals(Reason(api), "notFound", StringComparison.Ordinal));

    /// <summary>The failure as an exception that says what happened where and how to mend it.</summary>
    public static WarehouseException Explain(BigQueryOptions options, Exception exception) => new($"{Describe(options, exception)} (BigQuery: {Message(exception)})", exception);

    private static string Describe(BigQueryOptions options, Exception exception)
    {
        string where = $"the BigQuery dataset '{options.ProjectId}.{options.Dataset}'";
        return exception switch
        {
            TokenResponseException => $"Google refuses the credentials for {where}. Check BigQuery:Credentials, or the file that GOOGLE_APPLICATION_CREDENTIALS names; a key may have been deleted or have expired.",
            GoogleApiException api when IsConflict(api) => string.Create(CultureInfo.InvariantCulture, $"Others kept writing to {where}: after {options.Attempts} attempts nothing of this step was stored. Run it again, or raise BigQuery:Attempts."),
            GoogleApiException api => DescribeReason(options, where, Reason(api), api.HttpStatusCode),
            _ => $"BigQuery does not answer for {where}. Check the network and run this step again.",
        };
    }

    private static string DescribeReason(BigQueryOptions options, string where, string reason, HttpStatusCode status) => (reason, status) switch
    {
        ("bytesBilledLimitExceeded", _) => string.Create(
            CultureInfo.InvariantCulture,
            $"A query of {where} would read more than {options.MaximumGigabytesBilled} GB, and was refused. Raise BigQuery:MaximumGigabytesBilled if that is what it may cost."),
        ("quotaExceeded", _) => $"A quota of {where} is used up. Wait until it is renewed, or ask for a larger one.",
        ("billingNotEnabled", _) => $"The project of {where} has no billing account, without which nothing can be written. Link one.",
        ("notFound", _) or (_, HttpStatusCode.NotFound) => $"Something of {where} is missing. Check BigQuery:ProjectId, BigQuery:Dataset and BigQuery:Location; missing tables are made when the program starts.",
        (_, HttpStatusCode.Unauthorized) => $"Google does not know who asks for {where}. Check BigQuery:Credentials, or the file that GOOGLE_APPLICATION_CREDENTIALS names.",
        ("accessDenied", _) or (_, HttpStatusCode.Forbidden) => $"Access to {where} is denied. Give its identity the roles BigQuery Data Editor on the dataset and BigQuery Job User on the project.",
        ("rateLimitExceeded" or "jobRateLimitExceeded" or "tableUnavailable", _) => $"BigQuery is too busy for {where}. Run this step again later.",
        _ when (int)status >= 500 => $"BigQuery has trouble with {where}. Run this step again later.",
        _ => $"A step on {where} was refused.",
    };

    private static bool IsConflict(GoogleApiException exception) => Message(exception).Contains(Conflict, StringComparison.OrdinalIgnoreCase);

    private static string Reason(GoogleApiException exception) => exception.Error?.Errors?.FirstOrDefault()?.Reason ?? "";

    private static string Message(Exception exception) => exception is GoogleApiException { Error.Message: { Length: > 0 } message } ? message : exception.Message;
}
