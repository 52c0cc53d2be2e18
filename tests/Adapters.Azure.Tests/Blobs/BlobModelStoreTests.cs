using Pipeline.Adapters.Azure.Blobs;
using Pipeline.Clustering;
using Pipeline.Models;
using Pipeline.Storage;
using Pipeline.TestSupport;
using static Pipeline.Contracts.SampleVersion;

namespace Pipeline.Adapters.Azure.Tests.Blobs;

/// <summary>Model versions in blobs, with several trainings and a store that breaks.</summary>
[TestClass]
public sealed class BlobModelStoreTests
{
    private static AzuriteServer _azurite = null!;

    private AzuriteAccount _account = null!;

    [ClassInitialize]
    public static async Task RequireAsync(TestContext context) => _azurite = await AzuriteServer.RequireAsync();

    [TestInitialize]
    public void Initialize() => _account = _azurite.NewAccount();

    [TestMethod]
    public async Task Of_trainings_that_publish_the_same_version_at_once_one_wins_whole_and_the_others_make_the_next_revisions()
    {
        float[] learned = [.. Enumerable.Range(1, 5).Select(i => (float)i)];

        string[] published = await Task.WhenAll(learned.Select(second => Task.Run(async () =>
        {
            ModelStore models = new(Open());
            for (int revision = 1; ; revision++)
            {
                string version = new ModelVersionId(2026, 2, revision).ToString();
                if (await models.PublishAsync(Manifest(version), Content(second)) is not null)
                {
                    return $"{version} {second}";
                }
            }
        })));

        List<string> found = [];
        ModelStore store = new(Open());
        foreach (ModelManifest manifest in await store.ListAsync("Network"))
        {
            found.Add($"{manifest.Version} {(await store.ReadAsync(manifest)).Arrays["numbers"].ToArray<float>()[1]}");
        }

        found.ShouldBe(published, ignoreOrder: true);
        found.Count.ShouldBe(5);
    }

    [TestMethod]
    public async Task Trainings_that_publish_the_same_content_at_once_publish_it_once()
    {
        ModelManifest?[] published = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => Task.Run(() => new ModelStore(Open()).PublishAsync(Manifest("2026_q2"), Content(seconds: i)))));

        published.Count(p => p is not null).ShouldBe(1);
        ModelStore store = new(Open());
        await store.ReadAsync((await store.FindServingAsync("Network")).ShouldNotBeNull());
    }

    [TestMethod]
    public async Task A_half_written_version_does_not_exist_and_does_not_disturb_the_next_training()
    {
        BlobObjectStore objects = Open();
        ModelStore store = new(objects);
        foreach (string name in (string[])["model.safetensors", "clusters.json"])
        {
            await objects.WriteAsync($"hdbscan-models/network/2026_q2/{name}", (stream, token) => stream.WriteAsync(new byte[100], token).AsTask());
        }

        (await store.ListTechCentersAsync()).ShouldBeEmpty();
        (await store.FindServingAsync("Network")).ShouldBeNull();
        (await store.FindAsync("network", "2026_q2")).ShouldBeNull();
        (await store.PublishAsync(Manifest("2026_q2"), Content())).ShouldBeNull();
        (await store.PublishAsync(Manifest("2026_q2_r2"), Content())).ShouldNotBeNull();
        (await store.FindServingAsync("Network"))!.Version.ShouldBe("2026_q2_r2");
    }

    [TestMethod]
    public async Task A_store_that_goes_down_while_a_version_is_published_shows_nothing_of_it_and_the_same_training_then_publishes_it()
    {
        using BreakableRelay relay = new(_azurite.Port);
        ModelStore store = new(Open(relay.Port));
        ModelContent content = Content() with { Arrays = new Dictionary<string, SafeTensor>(StringComparer.Ordinal) { ["numbers"] = SafeTensor.From<float>(new float[200_000], 200_000) } };
        foreach (int bytes in (int[])[300_000, 803_000])
        {
            relay.BreakAfter(bytes);
            await Should.ThrowAsync<ObjectStoreException>(() => store.PublishAsync(Manifest("2026_q2"), content));
            (await new ModelStore(Open()).ListAsync("Network")).ShouldBeEmpty();
            relay.Mend();
        }

        ModelManifest manifest = (await store.PublishAsync(Manifest("2026_q2"), content)).ShouldNotBeNull();
        (await store.ReadAsync(manifest)).Arrays["numbers"].Shape.ShouldBe([200_000]);
    }

    private BlobObjectStore Open(int? port = null) => new(
        BlobConnection.Open(new BlobStoreOptions { ConnectionString = (_account with { Port = port ?? _account.Port }).ConnectionString, Retries = 1, RetrySeconds = 0.01 }), 64 << 10);
}
