using Pipeline.Adapters.Local;
using Pipeline.Adapters.S3;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

/// <summary>The command line with its objects in a bucket.</summary>
[TestClass]
public sealed class S3StoreTests
{
    private const string Models = "hdbscan-models/";

    [TestMethod]
    public async Task Killed_in_training_a_run_on_a_bucket_ends_with_the_versions_of_an_undisturbed_one_on_files()
    {
        S3Server server = await S3Server.RequireAsync();
        string bucket = await server.NewBucketAsync();
        using TempFolder folder = new();
        string csv = SampleCsv.Write(folder["in.csv"], 600);
        (await CommandLine.RunAsync("run", "--incidents", csv, "--data", folder["files"])).ExitCode.ShouldBe(0);
        Dictionary<string, string> settings = Settings(server.Endpoint, bucket);
        string[] run = ["run", "--incidents", csv, "--data", folder["bucket"]];

        await CommandLine.KillAsync(run, "Training", 300, settings);
        CommandResult last = await CommandLine.RunAsync([.. run, "--json"], settings);

        last.ExitCode.ShouldBe(0, last.ToString());
        CommandResult validated = await CommandLine.RunAsync(["validate", "--data", folder["bucket"], "--json"], settings);
        validated.Json.GetProperty("passed").GetBoolean().ShouldBeTrue(validated.ToString());
        Directory.Exists(folder["bucket/objects"]).ShouldBeFalse("the models are in the bucket");
        FileObjectStore files = new(folder["files/objects"]);
        using S3ObjectStore stored = new(new S3StoreOptions { Bucket = bucket, Prefix = "team", Endpoint = server.Endpoint, PathStyle = true, AccessKeyId = S3Server.AccessKey, SecretAccessKey = S3Server.SecretKey });
        (await stored.ListAsync(Models).Select(item => item.Name).ToArrayAsync()).ShouldBe(await files.ListAsync(Models).Select(item => item.Name).ToArrayAsync());
    }

    [TestMethod]
    public async Task A_bucket_that_is_not_there_or_cannot_be_reached_fails_the_command_with_what_to_do()
    {
        S3Server server = await S3Server.RequireAsync();
        using TempFolder folder = new();
        string csv = folder.Write("in.csv", PlainCsv.Of(Enumerable.Range(1, 100).Select(row => PlainCsv.Row(row))));
        string[] run = ["run", "--incidents", csv, "--data", folder["data"]];

        (await CommandLine.RunAsync(run, Settings(server.Endpoint, "no-such-bucket"))).ShouldHaveFailed(1, "there is no bucket 'no-such-bucket'", "S3:Bucket");
        (await CommandLine.RunAsync(run, Settings(S3Server.AddressOf(9), "bucket"))).ShouldHaveFailed(1, "(http://127.0.0.1:9/bucket)", "it cannot be reached", "S3:Endpoint");
    }

    private static Dictionary<string, string> Settings(string endpoint, string bucket) => new(StringComparer.Ordinal)
    {
        ["ObjectStore__Kind"] = "S3",
        ["ObjectStore__Retries"] = "1",
        ["S3__Bucket"] = bucket,
        ["S3__Prefix"] = "team",
        ["S3__Endpoint"] = endpoint,
        ["S3__PathStyle"] = "true",
        ["S3__AccessKeyId"] = S3Server.AccessKey,
        ["S3__SecretAccessKey"] = S3Server.SecretKey,
    };
}
