using System.Net;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pipeline.LocalHost.Tests.Functions;

namespace Pipeline.LocalHost.Tests.Hosting;

/// <summary>What the API's own functions answer at their edges.</summary>
[TestClass]
public sealed class ApiEdgeTests
{
    [TestMethod]
    public async Task A_training_that_cannot_be_noted_is_answered_with_503_and_the_reason_and_begins_once_there_is_space()
    {
        await using Api api = await Api.StartAsync();
        await api.ReportAsync("Network", 40);
        await api.PreprocessAsync();
        string journal = api.ObjectPath("../orchestrations.db");
        Execute(journal, "CREATE TRIGGER full BEFORE INSERT ON instances BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END");

        using HttpResponseMessage refused = await api.PostAsync("/api/train", new { });
        string detail = (await Api.ReadAsync(refused)).GetProperty("detail").GetString()!;
        Execute(journal, "DROP TRIGGER full");
        using HttpResponseMessage accepted = await api.PostAsync("/api/train", new { });

        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, detail);
        detail.ShouldContain("database or disk is full");
        refused.Headers.RetryAfter.ShouldNotBeNull();
        accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [TestMethod]
    [DataRow("/api/status?verbose=1", "verbose", "This address takes none.")]
    [DataRow("/api/clusters?pagesize=5&sise=3", "sise", "Parameters: techCenter, text, sort, page, pageSize.")]
    public async Task A_query_parameter_that_is_not_read_is_refused_by_its_name(string path, string name, string why)
    {
        await using Api api = await Api.StartAsync();
        using HttpResponseMessage refused = await api.Client.GetAsync(new Uri(path, UriKind.Relative));

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        JsonElement errors = (await Api.ReadAsync(refused)).GetProperty("errors");
        errors.GetProperty(name)[0].GetString()!.ShouldContain(why);
    }

    private static void Execute(string path, string sql)
    {
        using SqliteConnection connection = new($"Data Source={path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
