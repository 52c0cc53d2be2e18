using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Pipeline.Intake;
using Pipeline.Requests;

namespace Pipeline.Triggers;

/// <summary>What a sender says of a file beside its content, in the query and the headers. Columns and dates are named as on the command line, such as <c>?created-column=Opened</c>.</summary>
internal static class IntakeQuery
{
    /// <summary>The parameter of the file's name.</summary>
    public const string Name = "name";

    /// <summary>The parameters that say how a file is to be read.</summary>
    public static readonly string[] Parameters =
        ["number-column", "created-column", "updated-column", "tech-center-column", "text-columns", "date-format", "time-zone", "encoding", "day-first", "allow-rejects"];

    private const int LongestKey = 200;

    /// <summary>How the file is to be read: the settings with what the query says.</summary>
    /// <exception cref="RequestException">A value cannot be read.</exception>
    public static IntakeOptions Reading(HttpRequest request, IntakeOptions standard) => standard with
    {
        NumberColumn = Text(request, "number-column") ?? standard.NumberColumn,
        CreatedColumn = Text(request, "created-column") ?? standard.CreatedColumn,
        UpdatedColumn = Text(request, "updated-column") ?? standard.UpdatedColumn,
        TechCenterColumn = Text(request, "tech-center-column") ?? standard.TechCenterColumn,
        TextColumns = Text(request, "text-columns") is { } columns ? [columns] : standard.TextColumns,
        DateFormat = Text(request, "date-format") ?? standard.DateFormat,
        TimeZone = Text(request, "time-zone") ?? standard.TimeZone,
        Encoding = Text(request, "encoding") ?? standard.Encoding,
        DayFirst = Truth(request, "day-first") ?? standard.DayFirst,
        AllowRejects = Truth(request, "allow-rejects") ?? standard.AllowRejects,
    };

    /// <summary>What the sender calls this sending; null for none.</summary>
    /// <exception cref="RequestException">It is too long.</exception>
    public static string? Key(HttpRequest request)
    {
        string key = request.Headers["Idempotency-Key"].ToString().Trim();
        return key.Length > LongestKey
            ? throw RequestException.Invalid("Idempotency-Key", string.Create(CultureInfo.InvariantCulture, $"The header Idempotency-Key has {key.Length} characters; it may have up to {LongestKey}."))
            : key.Length == 0 ? null : key;
    }

    /// <summary>The file's name: of the query, of the header Content-Disposition, or a name for one that has none.</summary>
    public static string FileName(HttpRequest request)
    {
        if (Text(request, Name) is { } named)
        {
            return named;
        }

        return ContentDispositionHeaderValue.TryParse(request.Headers.ContentDisposition.ToString(), out ContentDispositionHeaderValue? disposition) && (disposition.FileNameStar ?? disposition.FileName) is { Length: > 0 } sent
            ? sent.Trim('"')
            : "upload";
    }

    private static string? Text(HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    private static bool? Truth(HttpRequest request, string name) => Text(request, name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        string other => throw RequestException.Invalid(name, $"{name} is '{other}'; it must be true or false."),
    };
}
