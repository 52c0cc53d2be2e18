using System.Collections.Concurrent;
using System.Text;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Adapters.Azure.Blobs;
using Pipeline.Adapters.Local;
using Pipeline.LocalHost.Hosting;
using Pipeline.LocalHost.Hosting.Blobs;
using Pipeline.LocalHost.Hosting.Invocations;
using Pipeline.LocalHost.Hosting.State;
using Pipeline.Storage;
using Pipeline.TestSupport;

namespace Pipeline.LocalHost.Tests.Hosting;

[TestClass]
public sealed class BlobTriggersTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Seen _seen = new();
    private IObjectStore? _blobs;

    private IObjectStore Objects => _blobs ?? new FileObjectStore(_folder["objects"]);

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task A_new_version_of_a_matching_object_triggers_once_also_over_restarts()
    {
        await WriteAsync("hdbscan-models/network/2026_q2/manifest.json", "one");
        await WriteAsync("hdbscan-models/network/2026_q2/clusters.json", "another file");
        await LookAsync<ManifestFunction>(2);
        _seen.Take().ShouldBe(["network 2026_q2: one"]);

        await LookAsync<ManifestFunction>();
        _seen.Take().ShouldBeEmpty();

        await WriteAsync("hdbscan-models/network/2026_q2/manifest.json", "another one");
        await WriteAsync("hdbscan-models/storage/2026_q2/manifest.json", "two");
        await LookAsync<ManifestFunction>();
        _seen.Take().ShouldBe(["network 2026_q2: another one", "storage 2026_q2: two"]);
    }

    [TestMethod]
    public async Task Blobs_in_Azure_trigger_as_files_do()
    {
        _blobs = new BlobObjectStore(new BlobStoreOptions { ConnectionString = (await AzuriteServer.RequireAsync()).NewAccount().ConnectionString });
        await LookAsync<ManifestFunction>();
        await A_new_version_of_a_matching_object_triggers_once_also_over_restarts();
        await The_content_is_bound_as_bytes_or_as_a_stream_too();
    }

    [TestMethod]
    public async Task The_content_is_bound_as_bytes_or_as_a_stream_too()
    {
        await WriteAsync("inbox/a.txt", "grüße");
        await LookAsync<BytesFunction>();
        await LookAsync<StreamFunction>();
        _seen.Take().ShouldBe(["7 bytes", "7 long"]);
    }

    [TestMethod]
    public async Task An_object_that_a_function_fails_on_is_tried_five_times_and_then_left_until_it_changes()
    {
        await WriteAsync("inbox/a.txt", "bad");
        _seen.Fails = true;
        await LookAsync<TextFunction>(3);
        IReadOnlyList<BlobReceipt> poison = await LookAsync<TextFunction>(4);
        _seen.Take().Count.ShouldBe(5);
        poison.Single().ShouldSatisfyAllConditions(
            p => p.Object.ShouldBe("inbox/a.txt"),
            p => p.Attempts.ShouldBe(5),
            p => p.Error.ShouldBe("InvalidDataException; the log has the details."));

        _seen.Fails = false;
        await WriteAsync("inbox/a.txt", "mended");
        (await LookAsync<TextFunction>()).ShouldBeEmpty();
        _seen.Take().ShouldBe(["mended"]);
    }

    [TestMethod]
    public async Task A_stop_of_the_host_is_no_attempt()
    {
        await WriteAsync("inbox/a.txt", "good");
        for (int i = 0; i < 6; i++)
        {
            _seen.StopsHost = true;
            await LookAsync<TextFunction>();
        }

        _seen.Take();
        (await LookAsync<TextFunction>()).ShouldBeEmpty();
        _seen.Take().ShouldBe(["good"]);
    }

    [TestMethod]
    [DataRow("box/{name}", "box/a/b.txt", "name=a/b.txt")]
    [DataRow("box/{folder}/{name}.txt", "box/a/b.txt", "folder=a name=b")]
    [DataRow("box/{folder}/{name}", "box/a/b/c", "folder=a/b name=c")]
    [DataRow("box/{name}.{kind}", "box/a.tar.gz", "name=a.tar kind=gz")]
    [DataRow("box/a(1).txt", "box/a(1).txt", "")]
    [DataRow("box", "box/any/thing", "")]
    [DataRow("box/{name}.txt", "box/a.csv", null)]
    [DataRow("box/{name}.txt", "box/aXtxt", null)]
    [DataRow("box/a.txt", "boxes/a.txt", null)]
    [DataRow("box", "boxes/a.txt", null)]
    public void Paths_match_as_in_the_Azure_host(string path, string name, string? values)
    {
        BlobPathPattern pattern = BlobPathPattern.Parse(path);
        IReadOnlyDictionary<string, string>? match = pattern.Match(name);
        (match is null ? null : string.Join(' ', pattern.Names.Select(n => $"{n}={match[n]}"))).ShouldBe(values);
        (match is not null && !name.StartsWith(pattern.Prefix, StringComparison.Ordinal)).ShouldBeFalse();
    }

    [TestMethod]
    [DataRow("{container}/a")]
    [DataRow("/a")]
    [DataRow("")]
    [DataRow("box/{name")]
    [DataRow("box/name}")]
    [DataRow("box/{a}/{a}")]
    [DataRow("box/{a.b}")]
    public void What_is_no_path_is_refused(string path) => Should.Throw<FormatException>(() => BlobPathPattern.Parse(path)).Message.ShouldContain($"'{path}'");

    private Task<bool> WriteAsync(string name, string text) =>
        Objects.WriteAsync(name, (stream, token) => stream.WriteAsync(Encoding.UTF8.GetBytes(text), token).AsTask());

    /// <summary>Looks some times, as a host that was just started, and gives what is left as poison.</summary>
    private async Task<IReadOnlyList<BlobReceipt>> LookAsync<TFunction>(int times = 1)
    {
        using HostState state = new(_folder["host.db"]);
        await using ServiceProvider services = new ServiceCollection().AddSingleton(_seen).BuildServiceProvider();
        ApplicationLifetime lifetime = new(NullLogger<ApplicationLifetime>.Instance);
        using CancellationTokenSource stopping = new();
        _seen.Stopping = stopping;
        using BlobTriggers triggers = new(
            TestHost.Discover(null, typeof(TFunction)),
            Objects,
            state,
            new FunctionInvoker(new InvocationLog(), TimeProvider.System, NullLogger<FunctionInvoker>.Instance),
            services.GetRequiredService<IServiceScopeFactory>(),
            new HostSettings(),
            TimeProvider.System,
            lifetime,
            NullLogger<BlobTriggers>.Instance);
        for (int i = 0; i < times; i++)
        {
            await triggers.LookAsync(stopping.Token);
        }

        return triggers.Poison();
    }

    public sealed class Seen
    {
        private readonly ConcurrentQueue<string> _texts = new();

        public bool Fails { get; set; }

        public bool StopsHost { get; set; }

        public CancellationTokenSource? Stopping { get; set; }

        public void Add(string text)
        {
            _texts.Enqueue(text);
            if (StopsHost)
            {
                StopsHost = false;
                Stopping!.Cancel();
                Stopping.Token.ThrowIfCancellationRequested();
            }

            if (Fails)
            {
                throw new InvalidDataException("as asked");
            }
        }

        public IReadOnlyList<string> Take()
        {
            string[] taken = [.. _texts];
            _texts.Clear();
            return taken;
        }
    }

    public sealed class ManifestFunction(Seen seen)
    {
        [Function("Published")]
        public void Run([BlobTrigger("hdbscan-models/{techCenter}/{version}/manifest.json")] string manifest, string techCenter, string version) => seen.Add($"{techCenter} {version}: {manifest}");
    }

    public sealed class TextFunction(Seen seen)
    {
        [Function("Text")]
        public void Run([BlobTrigger("inbox/{name}")] string text) => seen.Add(text);
    }

    public sealed class BytesFunction(Seen seen)
    {
        [Function("Bytes")]
        public void Run([BlobTrigger("inbox/{name}")] byte[] bytes) => seen.Add($"{bytes.Length} bytes");
    }

    public sealed class StreamFunction(Seen seen)
    {
        [Function("Stream")]
        public void Run([BlobTrigger("inbox/{name}")] Stream stream) => seen.Add($"{stream.Length} long");
    }
}
