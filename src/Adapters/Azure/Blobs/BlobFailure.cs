using Azure;
using Azure.Identity;
using Azure.Storage.Blobs.Models;
using Pipeline.Storage;

namespace Pipeline.Adapters.Azure.Blobs;

/// <summary>Says what a failure of the storage account means for the user.</summary>
internal static class BlobFailure
{
    /// <summary>Whether an exception is a failure of the account, of the identity or of the way there.</summary>
    public static bool IsOfTheStore(Exception exception) => exception switch
    {
        AggregateException several => several.InnerExceptions.All(IsOfTheStore),
        _ => exception is RequestFailedException or AuthenticationFailedException or IOException or HttpRequestException or OperationCanceledException or TimeoutException,
    };

    /// <summary>Whether there is no such blob, or not even its container.</summary>
    public static bool IsMissing(RequestFailedException failure) => failure.Status == 404;

    /// <summary>Whether the container has to be made first.</summary>
    public static bool LacksContainer(RequestFailedException failure) => failure.ErrorCode == BlobErrorCode.ContainerNotFound;

    /// <summary>Whether a write was refused because the blob is there already, or because a write of the same blob has taken its parts away.</summary>
    public static bool IsConflict(RequestFailedException failure) =>
        failure.ErrorCode == BlobErrorCode.BlobAlreadyExists || failure.ErrorCode == BlobErrorCode.ConditionNotMet || failure.ErrorCode == BlobErrorCode.InvalidBlockList;

    /// <summary>The failure as an exception that begins with <paramref name="what"/> and says how to mend it.</summary>
    public static ObjectStoreException Explain(string what, Uri account, Exception exception) =>
        new($"{what} ({account.GetLeftPart(UriPartial.Path)}): {Why(exception is AggregateException several ? several.InnerExceptions[^1] : exception)}", exception);

    private static string Why(Exception exception) => exception switch
    {
        RequestFailedException { Status: > 0 } answer => Why(answer),
        AuthenticationFailedException => $"there is no token for the identity. {FirstLine(exception)} In Azure, assign the identity that ModelStorage:clientId or AZURE_CLIENT_ID names; on this machine sign in with 'az login', or set ModelStorage to a connection string.",
        OperationCanceledException or TimeoutException => "it does not answer. Check the network, or give it more time with ObjectStore:TimeoutSeconds. Nothing has changed; run this step again.",
        _ => $"it cannot be reached. {FirstLine(exception.GetBaseException())} Check the address under ModelStorage and the network; on this machine, Azurite is started with 'npx azurite'. Nothing has changed; run this step again.",
    };

    private static string Why(RequestFailedException answer)
    {
        if (answer.Status is 401 or 403)
        {
            return answer.ErrorCode == BlobErrorCode.AuthorizationPermissionMismatch || answer.ErrorCode == BlobErrorCode.InsufficientAccountPermissions
                ? "the identity may not do that. Give it the role 'Storage Blob Data Contributor' on the account."
                : $"access is denied ({answer.ErrorCode}). Check the key or the identity under ModelStorage, the account's firewall, and this machine's clock.";
        }

        if (answer.Status is 408 or 429 or >= 500)
        {
            return $"the store is too busy ({answer.Status} {answer.ErrorCode}), also after all retries. Nothing has changed; run this step again later, or let it try longer with ObjectStore:Retries.";
        }

        if (answer.ErrorCode == BlobErrorCode.ContainerBeingDeleted)
        {
            return "the container is being deleted. Wait until it is gone, about half a minute, and run this step again.";
        }

        if (answer.ErrorCode == BlobErrorCode.InvalidBlockList)
        {
            return "the parts that were sent are gone: something else wrote the same object or deleted the container meanwhile. Run this step again.";
        }

        return IsMissing(answer) || answer.ErrorCode == BlobErrorCode.ConditionNotMet
            ? "it was replaced or deleted meanwhile. Run this step again."
            : $"the store answers {answer.Status} {answer.ErrorCode}. {FirstLine(answer)}";
    }

    private static string FirstLine(Exception exception) => exception.Message.Split('\n')[0].Trim().TrimEnd('.') + ".";
}
