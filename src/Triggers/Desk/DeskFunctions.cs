using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;

namespace Pipeline.Triggers;

/// <summary>Serves the desk, the web page of the pipeline. Its files tell nothing of the data, which the page asks for with a key.</summary>
public sealed class DeskFunctions(AccessOptions access, ILogger<DeskFunctions> logger)
{
    /// <summary>The route of the page below the prefix.</summary>
    public const string Route = "desk";

    /// <summary>The page.</summary>
    [Function("Desk")]
    [Anyone]
    public IResult Page([HttpTrigger(Access.Checked, "get", Route = Route)] HttpRequest request) => DeskFiles.Page(request, request?.Path.Value?.TrimEnd('/') ?? "", access);

    /// <summary>Tells the page where people sign in; nothing where they do not.</summary>
    [Function("SignInOffer")]
    [Anyone]
    public Task<IResult> SignInAsync([HttpTrigger(Access.Checked, "get", Route = "sign-in")] HttpRequest request) =>
        HttpAnswers.RunAsync(request, logger, () => Task.FromResult(access.OffersSignIn ? HttpAnswers.Json(new SignInOffer(access.Authority!, access.ClientId!, access.SignInScope)) : Results.NoContent()));

    /// <summary>A file of the page.</summary>
    [Function("DeskFile")]
    [Anyone]
    public static IResult File([HttpTrigger(Access.Checked, "get", Route = Route + "/{file}")] HttpRequest request, string file) => DeskFiles.File(request, file);
}

/// <summary>Where the page leads people to sign in, by the code flow with PKCE (RFC 7636).</summary>
/// <param name="Authority">The authority, which publishes its addresses (OpenID Connect Discovery 1.0).</param>
/// <param name="ClientId">The application's id.</param>
/// <param name="Scope">What a token is asked for.</param>
public sealed record SignInOffer(string Authority, string ClientId, string Scope);
