using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Pipeline.Adapters.ServiceNow.Tests;

/// <summary>
/// Plays an instance of ServiceNow on a free port of this machine: tokens, and the Table API with encoded queries, orders, limits and offsets. Rows that the user may not see are taken out of a page
/// after it was cut, as there. Faults are played once each, in the order in which they were asked for.
/// </summary>
internal sealed class FakeServiceNow : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, FakeRow> _rows = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Func<HttpContext, Task<bool>>> _faults = new();
    private int _tokens;

    private FakeServiceNow()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/oauth_token.do", TokenAsync);
        _app.MapGet("/api/now/table/{table}", TableAsync);
    }

    /// <summary>Where it listens.</summary>
    public string Address => _app.Urls.First();

    /// <summary>The questions for rows that were answered, as encoded queries with limit and offset.</summary>
    public ConcurrentQueue<string> Questions { get; } = new();

    /// <summary>The grants by which tokens were given.</summary>
    public ConcurrentQueue<string> Grants { get; } = new();

    /// <summary>The password that is right.</summary>
    public string Password { get; set; } = "a password";

    /// <summary>The time zone in which the user sees times.</summary>
    public TimeSpan Zone { get; set; }

    /// <summary>Whether the header Link tells of further pages.</summary>
    public bool TellsOfPages { get; set; } = true;

    /// <summary>Called before each page with its number, from 1.</summary>
    public Action<int>? BeforePage { get; set; }

    public static async Task<FakeServiceNow> StartAsync()
    {
        FakeServiceNow server = new();
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Adds or changes a row.</summary>
    public void Put(FakeRow row)
    {
        lock (_lock)
        {
            _rows[row.Id] = row;
        }
    }

    /// <summary>Forgets the tokens that were given.</summary>
    public void RevokeTokens() => Interlocked.Increment(ref _tokens);

    /// <summary>Answers the next question for rows with a status.</summary>
    public void Fail(int status, string body = "", string? retryAfter = null) => _faults.Enqueue(async context =>
    {
        context.Response.StatusCode = status;
        if (retryAfter is not null)
        {
            context.Response.Headers.RetryAfter = retryAfter;
        }

        await context.Response.WriteAsync(body);
        return true;
    });

    /// <summary>Breaks the connection off in the middle of the next answer.</summary>
    public void Drop() => _faults.Enqueue(async context =>
    {
        context.Response.ContentLength = 100_000;
        await context.Response.WriteAsync("""{"result":[{"number":{"display_value":"INC""");
        await context.Response.Body.FlushAsync();
        context.Abort();
        return true;
    });

    /// <summary>Leaves the next question without an answer until who asks has gone.</summary>
    public void Stall() => _faults.Enqueue(async context =>
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        return true;
    });

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TokenAsync(HttpContext context)
    {
        IFormCollection form = await context.Request.ReadFormAsync();
        string grant = form["grant_type"].ToString();
        bool isRight = form["client_id"] == "client" && form["client_secret"] == "secret" && (grant is "client_credentials" || (grant is "password" && form["username"] == "puller" && form["password"] == Password));
        context.Response.StatusCode = isRight ? 200 : 401;
        if (isRight)
        {
            Grants.Enqueue(grant);
            await context.Response.WriteAsJsonAsync(new { access_token = Token(), expires_in = 1800, token_type = "Bearer" });
        }
    }

    private async Task TableAsync(HttpContext context)
    {
        string basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"puller:{Password}"));
        string given = context.Request.Headers.Authorization.ToString();
        if (given != basic && given != $"Bearer {Token()}")
        {
            context.Response.StatusCode = 401;
            await context.Response.WriteAsync("""{"error":{"message":"User Not Authenticated"},"status":"failure"}""");
            return;
        }

        if (_faults.TryDequeue(out Func<HttpContext, Task<bool>>? fault) && await fault(context))
        {
            return;
        }

        IQueryCollection query = context.Request.Query;
        string asked = query["sysparm_query"].ToString();
        int limit = int.Parse(query["sysparm_limit"].ToString(), CultureInfo.InvariantCulture);
        int offset = int.Parse(query["sysparm_offset"].ToString(), CultureInfo.InvariantCulture);
        Questions.Enqueue($"{asked} {limit} {offset}");
        BeforePage?.Invoke(Questions.Count);
        FakeRow[] found = Find(asked);
        if (TellsOfPages)
        {
            context.Response.Headers["X-Total-Count"] = found.Length.ToString(CultureInfo.InvariantCulture);
            context.Response.Headers.Append("Link", $"<{Address}/first>;rel=\"first\"{(offset + limit < found.Length ? $",<{Address}/next>;rel=\"next\"" : "")}");
        }

        string[] fields = query["sysparm_fields"].ToString().Split(',');
        await context.Response.WriteAsJsonAsync(new { result = found.Skip(offset).Take(limit).Where(row => row.IsVisible).Select(row => fields.ToDictionary(f => f, f => Value(row, f), StringComparer.Ordinal)) });
    }

    private FakeRow[] Find(string asked)
    {
        string[] conditions = [.. asked.Split('^').TakeWhile(part => !part.StartsWith("ORDERBY", StringComparison.Ordinal))];
        asked.ShouldEndWith("^ORDERBYsys_updated_on^ORDERBYsys_id");
        lock (_lock)
        {
            return [.. _rows.Values.Where(row => conditions.All(row.Holds)).OrderBy(row => row.Text("sys_updated_on"), StringComparer.Ordinal).ThenBy(row => row.Id, StringComparer.Ordinal)];
        }
    }

    private object Value(FakeRow row, string field)
    {
        string value = row.Text(field);
        string shown = field is "assignment_group" && value.Length > 0 ? row.Group
            : field is "state" ? "In Progress"
            : DateTime.TryParseExact(value, FakeRow.Times, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime time) ? (time + Zone).ToString(FakeRow.Times, CultureInfo.InvariantCulture)
            : value;
        return new { display_value = shown, value };
    }

    private string Token() => string.Create(CultureInfo.InvariantCulture, $"token-{Volatile.Read(ref _tokens)}");
}

/// <summary>A row of the table.</summary>
internal sealed record FakeRow(string Id, string Number, DateTimeOffset Updated, string Title = "VPN drops", string Group = "Network", bool IsVisible = true, bool IsActive = true)
{
    public const string Times = "yyyy-MM-dd HH:mm:ss";

    public string Text(string field) => field switch
    {
        "sys_id" => Id,
        "number" => Number,
        "sys_updated_on" => Updated.UtcDateTime.ToString(Times, CultureInfo.InvariantCulture),
        "opened_at" or "sys_created_on" => "2026-05-01 08:00:00",
        "short_description" => Title,
        "u_details" => "Since the update.",
        "assignment_group" => Group.Length == 0 ? "" : "d625dccec0a8016700a222a0f7900d06",
        "state" => "2",
        "active" => IsActive ? "true" : "false",
        _ => "",
    };

    public bool Holds(string condition)
    {
        int at = condition.IndexOfAny(['<', '>', '=']);
        string sign = condition[at + 1] == '=' ? condition[at..(at + 2)] : condition[at..(at + 1)];
        int order = string.CompareOrdinal(Text(condition[..at]), condition[(at + sign.Length)..]);
        return sign switch
        {
            "=" => order == 0,
            ">" => order > 0,
            ">=" => order >= 0,
            _ => throw new ArgumentException(condition, nameof(condition)),
        };
    }
}
