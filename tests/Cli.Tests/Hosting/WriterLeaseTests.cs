using System.Diagnostics;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.Hosting;

/// <summary>Several <c>serve</c> on one database.</summary>
[TestClass]
public sealed class WriterLeaseTests
{
    private const int Rows = 3_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [TestMethod]
    public async Task The_second_waits_until_the_first_is_killed_and_goes_on_with_the_preprocessing_and_nothing_is_lost_or_doubled()
    {
        using TempFolder folder = new();
        PostgreSqlServer server = PostgreSqlServer.Require();
        Dictionary<string, string> settings = PostgreSqlSettings.Of();
        settings["PreprocessSchedule"] = "* * * * * *";
        settings["Preprocessing__BatchSize"] = "50";
        settings["Preprocessing__MaxDegreeOfParallelism"] = "1";
        string schema = settings["PostgreSql__Schema"];
        using Process first = Start(folder["first"], settings);
        await LineAsync(first, "API ");
        Share(folder);
        using Process second = Start(folder["second"], settings);
        (await LineAsync(second, "Standby ")).ShouldContain($"process {first.Id},");

        (await CommandLine.RunAsync(["import", folder.Write("in.csv", PlainCsv.Of(Enumerable.Range(1, Rows).Select(row => PlainCsv.Row(row)))), "--data", folder["import"]], settings)).ExitCode.ShouldBe(0);
        await UntilAsync(() => Count(server, $"{schema}.preprocessed_incidents") > 0);
        first.Kill();
        await first.WaitForExitAsync();
        long before = Count(server, $"{schema}.preprocessed_incidents");
        before.ShouldBeLessThan(Rows, "it was killed on its way");

        (await LineAsync(second, "Writer ")).ShouldContain($"process {second.Id},");
        await LineAsync(second, "API ");
        await UntilAsync(() => Count(server, $"{schema}.preprocessed_incidents") == Rows);
        await UntilAsync(() => server.One<long>($"SELECT COALESCE(MAX(sequence), 0) FROM {schema}.watermarks") == Rows);

        Count(server, $"{schema}.incidents").ShouldBe(Rows);
        Count(server, $"{schema}.dead_letters").ShouldBe(0);
        Count(server, $"{schema}.search_entries").ShouldBe(Rows);
        Count(server, $"{schema}.search_gone").ShouldBe(0, "no incident was preprocessed to something else");
        second.Kill();
        await second.WaitForExitAsync();
    }

    [TestMethod]
    public async Task One_on_another_object_store_does_not_start_and_says_why()
    {
        using TempFolder folder = new();
        Dictionary<string, string> settings = PostgreSqlSettings.Of();
        using Process first = Start(folder["first"], settings);
        await LineAsync(first, "API ");

        (await CommandLine.RunAsync(["serve", "--data", folder["second"], "--port", "0", "--development"], settings)).ShouldHaveFailed(2, "ObjectStore:Kind names another object store", "operations/store-id", "writer_lease");

        first.HasExited.ShouldBeFalse();
        first.Kill();
        await first.WaitForExitAsync();
    }

    [TestMethod]
    public async Task A_check_of_a_folder_leaves_the_one_that_writes_alone_and_names_it()
    {
        using TempFolder folder = new();
        Dictionary<string, string> settings = PostgreSqlSettings.Of();
        string[] check = ["validate", "--deployment", "--data", folder["checked"]];
        Directory.CreateDirectory(folder["checked"]);
        using (Process serving = Start(folder["data"], settings))
        {
            await LineAsync(serving, "API ");

            (await CommandLine.RunAsync(check, settings)).ShouldHaveFailed(1, $"process {serving.Id},", "check it with --url");

            PostgreSqlServer.Require().One<long>($"SELECT COUNT(*) FROM {settings["PostgreSql__Schema"]}.writer_lease WHERE holder LIKE '%process {serving.Id},%' AND expires_at > now()").ShouldBe(1);
            serving.HasExited.ShouldBeFalse();
            serving.Kill();
            await serving.WaitForExitAsync();
        }

        // Nobody writes any more: it is checked, and the turn given back.
        PostgreSqlServer.Require().Execute($"UPDATE {settings["PostgreSql__Schema"]}.writer_lease SET expires_at = now()");
        (await CommandLine.RunAsync(check, settings)).Output.ShouldContain("PASS  Database: written and read");
        PostgreSqlServer.Require().One<long>($"SELECT COUNT(*) FROM {settings["PostgreSql__Schema"]}.writer_lease WHERE expires_at > now()").ShouldBe(0);
    }

    [TestMethod]
    public async Task One_whose_turn_was_taken_meanwhile_stops_and_says_so()
    {
        using TempFolder folder = new();
        Dictionary<string, string> settings = PostgreSqlSettings.Of();
        using Process serving = Start(folder["data"], settings);
        Task<string> errors = serving.StandardError.ReadToEndAsync();
        await LineAsync(serving, "API ");

        PostgreSqlServer.Require().Execute($"UPDATE {settings["PostgreSql__Schema"]}.writer_lease SET holder = 'another', expires_at = now() + interval '1 hour'");
        using CancellationTokenSource patience = new(Patience);
        await serving.WaitForExitAsync(patience.Token);

        serving.ExitCode.ShouldBe(1);
        (await errors).ShouldContain("another has taken over the writing of the warehouse");
    }

    // As a folder that both have mounted.
    private static void Share(TempFolder folder)
    {
        Directory.CreateDirectory(folder["second"]);
        Directory.CreateSymbolicLink(Path.Combine(folder["second"], "objects"), Path.Combine(folder["first"], "objects"));
    }

    private static Process Start(string data, Dictionary<string, string> settings) => CommandLine.Start(["serve", "--data", data, "--port", "0", "--development"], settings);

    private static async Task<string> LineAsync(Process process, string beginning)
    {
        using CancellationTokenSource patience = new(Patience);
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is string line)
        {
            if (line.StartsWith(beginning, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"The host ended before it said '{beginning}': {await process.StandardError.ReadToEndAsync()}");
    }

    private static long Count(PostgreSqlServer server, string table) => server.One<long>($"SELECT COUNT(*) FROM {table}");

    private static async Task UntilAsync(Func<bool> holds)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (!holds())
        {
            clock.Elapsed.ShouldBeLessThan(Patience);
            await Task.Delay(20);
        }
    }
}
