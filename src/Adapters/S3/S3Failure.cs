using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Pipeline.Storage;

namespace Pipeline.Adapters.S3;

/// <summary>Says what a failure of the bucket's server means for the user.</summary>
internal static class S3Failure
{
    /// <summary>Whether an exception is a failure of the server, of the identity or of the way there.</summary>
    public static bool IsOfTheStore(Exception exception) =>
        exception is AmazonServiceException or AmazonClientException or IOException or HttpRequestException or OperationCanceledException or TimeoutException or WebException;

    /// <summary>Whether there is no such object; a missing bucket is something else.</summary>
    public static bool IsMissing(AmazonS3Exception failure) => failure.StatusCode == HttpStatusCode.NotFound && !LacksBucket(failure) && !LacksUpload(failure);

    /// <summary>Whether a write was refused because of its condition: the object is there already, or another write of it was under way.</summary>
    public static bool IsConflict(AmazonS3Exception failure) => failure.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict || LacksUpload(failure);

    /// <summary>Whether the parts that were sent are known no more: the upload is complete, or was ended.</summary>
    private static bool LacksUpload(AmazonS3Exception failure) => Is(failure, "NoSuchUpload");

    private static bool LacksBucket(AmazonS3Exception failure) => Is(failure, "NoSuchBucket");

    private static bool Is(AmazonServiceException failure, string code) => string.Equals(failure.ErrorCode, code, StringComparison.Ordinal);

    /// <summary>The failure as an exception that begins with <paramref name="what"/> and says how to mend it.</summary>
    public static ObjectStoreException Explain(string what, string place, string bucket, Exception exception) => new($"{what} ({place}): {Why(bucket, exception)}", exception);

    private static string Why(string bucket, Exception exception) => exception switch
    {
        AmazonServiceException answer when (int)answer.StatusCode > 0 => Why(bucket, answer),
        OperationCanceledException or TimeoutException => "it does not answer. Check the network, or give it more time with ObjectStore:TimeoutSeconds. Nothing has changed; run this step again.",
        AmazonClientException when exception.GetBaseException() is not (HttpRequestException or IOException) && exception.Message.Contains("credential", StringComparison.OrdinalIgnoreCase) =>
            $"there are no credentials. {FirstLine(exception)} Set S3:AccessKeyId and S3:SecretAccessKey, or give the process a role, a profile or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
        _ => $"it cannot be reached. {FirstLine(exception.GetBaseException())} Check S3:Endpoint, S3:Region and the network. Nothing has changed; run this step again.",
    };

    private static string Why(string bucket, AmazonServiceException answer) => answer switch
    {
        AmazonS3Exception missing when LacksBucket(missing) => $"there is no bucket '{bucket}'. Make it, or name another under S3:Bucket.",
        AmazonS3Exception gone when LacksUpload(gone) => "the parts that were sent are gone: something else ended the upload meanwhile. Run this step again.",
        { ErrorCode: "RequestTimeTooSkewed" } => "this machine's clock is wrong. Set it, and run this step again.",
        { ErrorCode: "AuthorizationHeaderMalformed" or "PermanentRedirect" or "TemporaryRedirect" or "IllegalLocationConstraintException" } or { StatusCode: HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect } =>
            $"the bucket is in another region. Set S3:Region to that of '{bucket}'. {FirstLine(answer)}",
        { ErrorCode: "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "ExpiredToken" or "InvalidToken" } => $"access is denied ({answer.ErrorCode}). Check S3:AccessKeyId and S3:SecretAccessKey, or what the default chain of AWS finds in their place.",
        { StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } =>
            $"access is denied ({answer.ErrorCode}). The identity needs s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on the objects, and s3:ListBucket on '{bucket}'.",
        { StatusCode: HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError } =>
            $"the store is too busy ({(int)answer.StatusCode} {answer.ErrorCode}), also after all retries. Nothing has changed; run this step again later, or let it try longer with ObjectStore:Retries.",
        { StatusCode: HttpStatusCode.NotFound or HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict } => "it was replaced or deleted meanwhile. Run this step again.",
        _ => $"the store answers {(int)answer.StatusCode} {answer.ErrorCode}. {FirstLine(answer)}",
    };

    private static string FirstLine(Exception exception) => exception.Message.Split('\n')[0].Trim().TrimEnd('.') + ".";
}
