using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.Triggers;

/// <summary>Serves the desk, the web page of the pipeline. Its files tell nothing of the data, which the page asks for with a key.</summary>
public sealed class DeskFunctions
{
    /// <summary>The route of the page below the prefix.</summary>
    public const string Route = "desk";

    /// <summary>The page.</summary>
    [Function("Desk")]
    [Anyone]
    public static IResult Page([HttpTrigger(Access.Checked, "get", Route = Route)] HttpRequest request) => DeskFiles.Page(request, request?.Path.Value?.TrimEnd('/') ?? "");

    /// <summary>A file of the page.</summary>
    [Function("DeskFile")]
    [Anyone]
    public static IResult File([HttpTrigger(Access.Checked, "get", Route = Route + "/{file}")] HttpRequest request, string file) => DeskFiles.File(request, file);
}
