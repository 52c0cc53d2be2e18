using System.Globalization;
using System.Text.Json;
using Pipeline.Adapters.Azure.Blobs;
using Pipeline.Adapters.Local;
using Pipeline.Cli.Tests.Support;
using Pipeline.Clustering;
using Pipeline.Storage;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

/// <summary>The command line with its models in a storage account, which Azurite is here.</summary>
[TestClass]
public sealed class BlobStoreTests
{
    private const string Models = "hdbscan-models/";

    [TestMethod]
    public async Task Killed_in_training_and_in_prediction_a_run_on_blobs_ends_with_the_versions_of_an_undisturbed_one_on_files_and_numpy_reads_them()
    {
        AzuriteAccount account = (await AzuriteServer.RequireAsync()).NewAccount();
        using TempFolder folder = new();
        string csv = SampleCsv.Write(folder["in.csv"], 600);
        (await CommandLine.RunAsync("run", "--incidents", csv, "--data", folder["files"])).ExitCode.ShouldBe(0);
        Dictionary<string, string> blobs = new(StringComparer.Ordinal) { ["ObjectStore__Kind"] = "AzureBlobs", ["ModelStorage"] = account.ConnectionString };
        string[] run = ["run", "--incidents", csv, "--data", folder["blobs"]];

        foreach ((string stage, int delay) in new[] { ("Training", 50), ("Training", 300), ("Predicting", 5) })
        {
            await CommandLine.KillAsync(run, stage, delay, blobs);
        }

        CommandResult last = await CommandLine.RunAsync([.. run, "--json"], blobs);
        last.ExitCode.ShouldBe(0, last.ToString());
        last.Json.GetProperty("techCenters").EnumerateArray().Sum(c => c.GetProperty("incidents").GetInt32()).ShouldBe(600);
        CommandResult validated = await CommandLine.RunAsync(["validate", "--data", folder["blobs"], "--json"], blobs);
        validated.Json.GetProperty("passed").GetBoolean().ShouldBeTrue(validated.ToString());
        Directory.Exists(folder["blobs/objects"]).ShouldBeFalse("the models are in the account");

        FileObjectStore files = new(folder["files/objects"]);
        BlobObjectStore stored = new(new BlobStoreOptions { ConnectionString = account.ConnectionString });
        string[] names = await NamesAsync(files);
        names.ShouldContain(name => name.EndsWith("/model.safetensors", StringComparison.Ordinal));
        (await NamesAsync(stored)).ShouldBe(names, "each tech center was published once");
        foreach (string name in names.Where(name => !name.EndsWith(".json", StringComparison.Ordinal)))
        {
            (await BytesAsync(stored, name)).ShouldBe(await BytesAsync(files, name), name);
        }

        string model = names.First(name => name.EndsWith("/model.safetensors", StringComparison.Ordinal));
        string copy = folder["model.safetensors"];
        await File.WriteAllBytesAsync(copy, await BytesAsync(stored, model));
        using JsonDocument read = Numpy.ReadArrays(copy);
        await using Stream written = (await files.OpenReadAsync(model)).ShouldNotBeNull();
        ShouldBeWhatWasWritten(read.RootElement, await SafeTensorFile.ReadAsync(written));
    }

    [TestMethod]
    public async Task The_demo_keeps_away_from_an_account_with_other_models_and_may_be_repeated_on_its_own()
    {
        AzuriteServer azurite = await AzuriteServer.RequireAsync();
        using TempFolder folder = new();
        Dictionary<string, string> blobs = new(StringComparer.Ordinal) { ["ObjectStore__Kind"] = "AzureBlobs", ["ModelStorage"] = azurite.NewAccount().ConnectionString };
        string[] demo = ["demo", "--incidents", "300", "--data", folder["demo"], "--json"];
        foreach (int _ in Enumerable.Range(0, 2))
        {
            CommandResult result = await CommandLine.RunAsync(demo, blobs);
            result.ExitCode.ShouldBe(0, result.ToString());
        }

        AzuriteAccount other = azurite.NewAccount();
        blobs["ModelStorage"] = other.ConnectionString;
        BlobObjectStore store = new(new BlobStoreOptions { ConnectionString = other.ConnectionString });
        await store.WriteAsync(Models + "network/2026_q2/manifest.json", (stream, token) => stream.WriteAsync(new byte[1], token).AsTask());
        (await CommandLine.RunAsync(demo, blobs)).ShouldHaveFailed(2, "holds models, and the demo's must not mix with them");
    }

    [TestMethod]
    public async Task A_storage_account_that_cannot_be_reached_fails_the_command_with_what_to_check_and_the_next_run_does_the_work()
    {
        using TempFolder folder = new();
        string csv = folder.Write("in.csv", PlainCsv.Of(Enumerable.Range(1, 100).Select(row => PlainCsv.Row(row))));
        Dictionary<string, string> blobs = new(StringComparer.Ordinal)
        {
            ["ObjectStore__Kind"] = "AzureBlobs",
            ["ObjectStore__Retries"] = "1",
            ["ObjectStore__RetrySeconds"] = "0.01",
            ["ModelStorage"] = new AzuriteAccount("account1", Convert.ToBase64String(new byte[64]), 9).ConnectionString,
        };
        string[] run = ["run", "--incidents", csv, "--data", folder["data"]];

        (await CommandLine.RunAsync(run, blobs)).ShouldHaveFailed(1, "(http://127.0.0.1:9/account1", "it cannot be reached", "ModelStorage");

        CommandResult mended = await CommandLine.RunAsync([.. run, "--json"], null);
        mended.ExitCode.ShouldBe(0, mended.ToString());
        mended.Json.GetProperty("predictions").GetInt32().ShouldBe(100);
    }

    [TestMethod]
    [DataRow("ModelStorage", "", "ModelStorage is missing, and the store is of the kind AzureBlobs.")]
    [DataRow("ModelStorage", "nonsense", "ModelStorage is no connection string")]
    [DataRow("ObjectStore__Retries", "many", "ObjectStore:Retries is 'many'; it must be a whole number.")]
    [DataRow("ObjectStore__RetrySeconds", "0", "ObjectStore:RetrySeconds is 0; it must be from 0.01 to 60.")]
    public async Task A_setting_of_the_account_that_is_missing_or_wrong_is_refused_by_its_name(string variable, string value, string message)
    {
        using TempFolder folder = new();
        Dictionary<string, string> environment = new(StringComparer.Ordinal) { ["ObjectStore__Kind"] = "AzureBlobs", ["ModelStorage"] = "UseDevelopmentStorage=true" };
        environment[variable] = value;

        (await CommandLine.RunAsync(["demo", "--data", folder["data"]], environment)).ShouldHaveFailed(2, message, "local.settings.json", $"in the environment as {variable}");
    }

    private static void ShouldBeWhatWasWritten(JsonElement read, IReadOnlyDictionary<string, SafeTensor> written)
    {
        read.EnumerateObject().Select(array => array.Name).ShouldBe(written.Keys, ignoreOrder: true);
        foreach ((string name, SafeTensor array) in written)
        {
            read.GetProperty(name).GetProperty("shape").EnumerateArray().Select(length => length.GetInt64()).ShouldBe(array.Shape, name);
        }

        KeyValuePair<string, SafeTensor>[] singles = [.. written.Where(array => read.GetProperty(array.Key).GetProperty("type").GetString() == "<f4")];
        singles.Length.ShouldBeGreaterThan(0);
        foreach ((string name, SafeTensor array) in singles)
        {
            read.GetProperty(name).GetProperty("values").EnumerateArray().Select(value => (float)double.Parse(value.GetString()!, CultureInfo.InvariantCulture)).ShouldBe(array.ToArray<float>(), name);
        }
    }

    private static async Task<string[]> NamesAsync(IObjectStore store) => [.. (await store.ListAsync(Models).ToArrayAsync()).Select(item => item.Name)];

    private static async Task<byte[]> BytesAsync(IObjectStore store, string name)
    {
        await using Stream stream = (await store.OpenReadAsync(name)).ShouldNotBeNull();
        using MemoryStream copy = new();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }
}
