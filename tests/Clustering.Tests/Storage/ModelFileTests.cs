using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Clustering.Tests.Reduction;
using Pipeline.TestSupport;

namespace Pipeline.Clustering.Tests.Storage;

/// <summary>What every kind of model does with its file: it comes back bit for bit, or is refused with what is wrong.</summary>
[TestClass]
public sealed class ModelFileTests
{
    private static readonly float[] Queries = SampleVectors.Groups(9, 3, 3, 0.5, seed: 8);
    private static readonly Dictionary<string, Kind> Kinds = new(StringComparer.Ordinal)
    {
        ["hdbscan"] = new(
            stream => Hdbscan.Fit(SampleVectors.Groups(40, 3, 2, 0.1, seed: 3), 3, new HdbscanOptions { MinClusterSize = 5 }).ToModel(SampleVectors.Groups(40, 3, 2, 0.1, seed: 3)).SaveAsync(stream),
            async stream => Of(await HdbscanModel.LoadAsync(stream)),
            async path => Of(await HdbscanModel.LoadAsync(path))),
        ["hdbscan with weights"] = new(
            stream => Weighted().SaveAsync(stream),
            async stream => Of(await HdbscanModel.LoadAsync(stream)),
            async path => Of(await HdbscanModel.LoadAsync(path))),
        ["predictor"] = new(
            stream => new HdbscanPredictor(Weighted()).SaveAsync(stream),
            async stream => Of(await HdbscanPredictor.LoadAsync(stream)),
            async path => Of(await HdbscanPredictor.LoadAsync(path))),
        ["umap"] = new(
            stream => Umap.Fit(SampleVectors.Groups(30, 3, 2, 0.1, seed: 4), 3, new UmapOptions { Components = 2, Neighbors = 5, Epochs = 20, MinDistance = 0.1, LearningRate = 1.0 / 3, RepulsionStrength = 1.5, Seed = -7 }).SaveAsync(stream),
            async stream => Of(await UmapModel.LoadAsync(stream)),
            async path => Of(await UmapModel.LoadAsync(path))),
        ["pca"] = new(
            stream => Pca.Fit(SampleVectors.Groups(30, 3, 2, 0.1, seed: 5), 3, 2, 1).SaveAsync(stream),
            async stream => Of(await PcaModel.LoadAsync(stream)),
            async path => Of(await PcaModel.LoadAsync(path))),
        ["birch"] = new(
            stream => Stream(60).SaveAsync(stream),
            async stream => Of(await Birch.LoadAsync(stream)),
            async path => Of(await Birch.LoadAsync(path))),
    };

    public static IEnumerable<object[]> Names => Kinds.Keys.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public async Task A_model_comes_back_bit_for_bit_with_its_answers(string name)
    {
        byte[] saved = await SaveAsync(name);

        Loaded loaded = await Kinds[name].Load(new MemoryStream(saved));

        (await SavedAsync(loaded.Save)).ShouldBe(saved);
        loaded.Answers().ShouldNotBeEmpty();
        loaded.Answers().ShouldBe(Original[name]());
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public async Task A_file_is_replaced_whole_and_read_by_its_path(string name)
    {
        using TempFolder folder = new();
        string path = folder.Write("model.safetensors", "what was there before");
        byte[] saved = await SaveAsync(name);
        Loaded loaded = await Kinds[name].Load(new MemoryStream(saved));

        await loaded.SaveFile(path);

        (await File.ReadAllBytesAsync(path)).ShouldBe(saved);
        Directory.GetFiles(folder["."]).Length.ShouldBe(1);
        (await Kinds[name].LoadFile(path)).Answers().ShouldBe(loaded.Answers());
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public async Task A_file_that_is_cut_off_anywhere_is_refused(string name)
    {
        byte[] saved = await SaveAsync(name);
        for (int length = 0; length < saved.Length; length++)
        {
            await RefusedAsync(name, saved[..length]);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public async Task A_file_with_any_bit_turned_is_refused_or_gives_what_was_saved(string name)
    {
        byte[] saved = await SaveAsync(name);
        double[] answers = Original[name]();
        int refused = 0, tried = 0;
        for (int bit = 0; bit < saved.Length * 8; bit += bit < 8 * 1024 ? 1 : 7)
        {
            tried++;
            byte[] turned = [.. saved];
            turned[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Loaded loaded = await Kinds[name].Load(new MemoryStream(turned));
                loaded.Answers().ShouldBe(answers, $"bit {bit}");
            }
            catch (InvalidDataException e)
            {
                e.Message.ShouldNotBeEmpty();
                refused++;
            }
        }

        refused.ShouldBeGreaterThan(tried * 9 / 10);
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public async Task Numbers_of_another_program_are_refused_or_answered_with(string name)
    {
        byte[] saved = Changed(await SaveAsync(name), metadata => metadata.Remove("sha256"));
        int data = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(saved);
        Random random = new(12);
        for (int round = 0; round < 300; round++)
        {
            byte[] changed = [.. saved];
            for (int i = random.Next(1, 5); i > 0; i--)
            {
                changed[random.Next(data, changed.Length)] = (byte)random.Next(256);
            }

            try
            {
                (await Kinds[name].Load(new MemoryStream(changed))).Answers().ShouldNotBeEmpty();
            }
            catch (InvalidDataException e)
            {
                e.Message.ShouldNotBeEmpty();
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public async Task A_newer_version_is_refused_and_the_message_says_so(string name)
    {
        byte[] newer = Changed(await SaveAsync(name), metadata => (metadata["format_version"], metadata["library_version"]) = ("2", "9.1.0"));
        string message = await RefusedAsync(name, newer);
        message.ShouldContain("version 2");
        message.ShouldContain("written by version 9.1.0 of the library");
        message.ShouldContain("Update the library to read it.");
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public async Task Another_kind_of_model_is_refused_by_its_name(string name)
    {
        string other = string.Equals(name, "pca", StringComparison.Ordinal) ? "umap" : "pca";
        (await RefusedAsync(name, await SaveAsync(other))).ShouldContain($"holds 'pipeline-{other}', not 'pipeline-");
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public async Task A_file_of_something_else_is_refused(string name)
    {
        await RefusedAsync(name, "PK\u0003\u0004 a zip file, say, of which there are many"u8.ToArray());
        await RefusedAsync(name, Encoding.UTF8.GetBytes(new string('{', 500)));
        using MemoryStream arrays = new();
        await SafeTensorFile.WriteAsync(arrays, new Dictionary<string, SafeTensor>(StringComparer.Ordinal) { ["weight"] = SafeTensor.From<float>([1], 1) }, new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" });
        (await RefusedAsync(name, arrays.ToArray())).ShouldContain("holds 'pt', not 'pipeline-");
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public async Task What_follows_a_model_in_its_file_is_told_with_the_file(string name)
    {
        using TempFolder folder = new();
        byte[] saved = await SaveAsync(name);
        await File.WriteAllBytesAsync(folder["model"], [.. saved, 1, 2, 3]);
        string message = (await Should.ThrowAsync<InvalidDataException>(() => Kinds[name].LoadFile(folder["model"]))).Message;
        message.ShouldContain(folder["model"]);
        message.ShouldContain("3 bytes after the model");
        await Should.ThrowAsync<FileNotFoundException>(() => Kinds[name].LoadFile(folder["none"]));
    }

    [TestMethod]
    public async Task A_damaged_number_is_told_as_damage()
    {
        byte[] saved = await SaveAsync("pca");
        saved[^1] ^= 1;
        (await RefusedAsync("pca", saved)).ShouldContain("The file is damaged");
    }

    [TestMethod]
    [DataRow("umap", "neighbors", "1", "Neighbors is 1; its range is 2 to 1000")]
    [DataRow("umap", "neighbors", "many", "The parameter 'neighbors' is 'many'; it must be a number")]
    [DataRow("umap", "metric", "manhattan", "The parameter 'metric' is 'manhattan'; it must be euclidean or cosine")]
    [DataRow("umap", "seed", null, "The metadata have no 'seed'")]
    [DataRow("umap", "components", "100", "The embedding has 60 values")]
    [DataRow("hdbscan", "min_samples", "40", "MinSamples of the model is 40")]
    [DataRow("pca", "format_version", "one", "'format_version' is 'one'; it must be a whole number from 1")]
    public async Task A_parameter_that_cannot_be_is_told(string name, string parameter, string? value, string message)
    {
        byte[] changed = Changed(await SaveAsync(name), metadata =>
        {
            metadata.Remove("sha256");
            metadata.Remove(parameter);
            if (value is not null)
            {
                metadata[parameter] = value;
            }
        });
        (await RefusedAsync(name, changed)).ShouldContain(message);
    }

    [TestMethod]
    public async Task A_snapshot_without_metadata_is_read_as_before()
    {
        using MemoryStream file = new();
        await SafeTensorFile.WriteAsync(file, Stream(60).Snapshot());
        file.Position = 0;
        Of(await Birch.LoadAsync(file)).Answers().ShouldBe(Of(Stream(60)).Answers());
    }

    [TestMethod]
    public async Task A_header_that_claims_much_takes_no_memory_where_little_comes()
    {
        byte[] header = Encoding.UTF8.GetBytes("""{"pca.mean":{"dtype":"F32","shape":[500000000],"data_offsets":[0,2000000000]}}""");
        using UnknownLength stream = new([.. BitConverter.GetBytes((ulong)header.Length), .. header, .. new byte[100]]);
        using UnknownLength long1 = new([.. BitConverter.GetBytes(100_000_000UL), .. header]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        await Should.ThrowAsync<InvalidDataException>(() => PcaModel.LoadAsync(stream));
        await Should.ThrowAsync<InvalidDataException>(() => PcaModel.LoadAsync(long1));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(10_000_000);
    }

    [TestMethod]
    public async Task A_long_array_of_a_stream_of_unknown_length_is_read_whole()
    {
        float[] values = [.. Enumerable.Range(0, 5_000_000).Select(i => (float)i)];
        using MemoryStream file = new();
        await SafeTensorFile.WriteAsync(file, new Dictionary<string, SafeTensor>(StringComparer.Ordinal) { ["values"] = SafeTensor.Over(values, values.Length) });
        using UnknownLength stream = new(file.ToArray());
        (await SafeTensorFile.ReadAsync(stream))["values"].ToArray<float>().ShouldBe(values);
    }

    [TestMethod]
    public async Task What_stops_a_writing_leaves_the_file_that_was_there()
    {
        using TempFolder folder = new();
        string path = folder.Write("model", "before");
        PcaModel model = await PcaModel.LoadAsync(new MemoryStream(await SaveAsync("pca")));
        await Should.ThrowAsync<OperationCanceledException>(() => model.SaveAsync(path, new CancellationToken(canceled: true)));
        (await File.ReadAllTextAsync(path)).ShouldBe("before");
        Directory.GetFiles(folder["."]).Length.ShouldBe(1);
    }

    [TestMethod]
    public async Task Python_finds_the_checksum_as_it_is_described()
    {
        using TempFolder folder = new();
        await (await UmapModel.LoadAsync(new MemoryStream(await SaveAsync("umap")))).SaveAsync(folder["model"]);
        Numpy.Run("""
            import sys, json, struct, hashlib
            data = open(sys.argv[1], 'rb').read()
            size, = struct.unpack('<Q', data[:8])
            header = json.loads(data[8:8 + size])
            metadata = header.pop('__metadata__')
            expected, hash = metadata.pop('sha256'), hashlib.sha256()
            for key in sorted(metadata):
                hash.update(key.encode() + b'\0' + metadata[key].encode() + b'\0')
            for name in sorted(header):
                start, end = header[name]['data_offsets']
                shape = '[' + ','.join(str(length) for length in header[name]['shape']) + ']'
                hash.update(name.encode() + b'\0' + header[name]['dtype'].encode() + b'\0' + shape.encode() + b'\0' + data[8 + size + start:8 + size + end])
            print(hash.hexdigest() == expected)
            """, folder["model"]).ShouldNotBeNull().Trim().ShouldBe("True");
    }

    private static readonly Dictionary<string, Func<double[]>> Original = new(StringComparer.Ordinal)
    {
        ["hdbscan"] = () => Of(Hdbscan.Fit(SampleVectors.Groups(40, 3, 2, 0.1, seed: 3), 3, new HdbscanOptions { MinClusterSize = 5 }).ToModel(SampleVectors.Groups(40, 3, 2, 0.1, seed: 3))).Answers(),
        ["hdbscan with weights"] = () => Of(Weighted()).Answers(),
        ["predictor"] = () => Of(new HdbscanPredictor(Weighted())).Answers(),
        ["umap"] = () => Of(Umap.Fit(SampleVectors.Groups(30, 3, 2, 0.1, seed: 4), 3, new UmapOptions { Components = 2, Neighbors = 5, Epochs = 20, MinDistance = 0.1, LearningRate = 1.0 / 3, RepulsionStrength = 1.5, Seed = -7 })).Answers(),
        ["pca"] = () => Of(Pca.Fit(SampleVectors.Groups(30, 3, 2, 0.1, seed: 5), 3, 2, 1)).Answers(),
        ["birch"] = () => Of(Stream(60)).Answers(),
    };

    private static HdbscanModel Weighted()
    {
        float[] points = SampleVectors.Groups(40, 3, 2, 0.1, seed: 6);
        HdbscanOptions options = new() { MinClusterSize = 8, MinSamples = 3, Metric = DistanceMetric.Cosine };
        return Hdbscan.Fit(points, 3, Enumerable.Range(0, 40).Select(i => 1 + (i % 3)).ToArray(), options).ToModel(points);
    }

    private static Birch Stream(int count)
    {
        Birch birch = new(3, new BirchOptions { Threshold = 0.2, BranchingFactor = 4, HalfLife = 100, MinimumWeight = 0.1 });
        birch.InsertMany(SampleVectors.Groups(count, 3, 4, 0.2, seed: 7), times: Enumerable.Range(0, count).Select(i => (double)i).ToArray());
        return birch;
    }

    private static Loaded Of(HdbscanModel model) => new(stream => model.SaveAsync(stream), path => model.SaveAsync(path), () => Answers(new HdbscanPredictor(model)));

    private static Loaded Of(HdbscanPredictor predictor) => new(stream => predictor.SaveAsync(stream), path => predictor.SaveAsync(path), () => Answers(predictor));

    private static Loaded Of(UmapModel model) => new(stream => model.SaveAsync(stream), path => model.SaveAsync(path), () => Array.ConvertAll(model.Transform(Queries), value => (double)value));

    private static Loaded Of(PcaModel model) => new(stream => model.SaveAsync(stream), path => model.SaveAsync(path), () => Array.ConvertAll(model.Transform(Queries), value => (double)value));

    // Answers of what went on: it takes more points, and each time those it had before are still there.
    private static Loaded Of(Birch birch) => new(stream => birch.SaveAsync(stream), path => birch.SaveAsync(path), () =>
    {
        Birch copy = Birch.Restore(birch.Snapshot());
        for (int query = 0; query < 3; query++)
        {
            copy.Insert(Queries.AsSpan(3 * query, 3), time: copy.Now + 1);
        }

        BirchSubclusters now = copy.Subclusters();
        return [.. now.Weights, .. now.Radii, .. now.Centroids];
    });

    private static double[] Answers(HdbscanPredictor predictor)
    {
        HdbscanPrediction prediction = predictor.Predict(Queries);
        double[,] memberships = predictor.MembershipVectors(Queries);
        return [.. prediction.Labels.Select(label => (double)label), .. prediction.Strengths, .. predictor.PredictOutlierScores(Queries), .. memberships.Cast<double>()];
    }

    private static Task<byte[]> SaveAsync(string name) => SavedAsync(Kinds[name].Save);

    private static async Task<byte[]> SavedAsync(Func<Stream, Task> save)
    {
        using MemoryStream stream = new();
        await save(stream);
        return stream.ToArray();
    }

    private static async Task<string> RefusedAsync(string name, byte[] file) =>
        (await Should.ThrowAsync<InvalidDataException>(() => Kinds[name].Load(new MemoryStream(file)), $"{file.Length} bytes")).Message;

    /// <summary>The same file with other metadata.</summary>
    private static byte[] Changed(byte[] saved, Action<JsonObject> change)
    {
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(saved);
        JsonObject header = JsonNode.Parse(saved.AsSpan(8, length))!.AsObject();
        change(header["__metadata__"]!.AsObject());
        byte[] text = Encoding.UTF8.GetBytes(header.ToJsonString());
        return [.. BitConverter.GetBytes((ulong)text.Length), .. text, .. saved.AsSpan(8 + length)];
    }

    /// <summary>A kind of model: how one is saved, and how it is loaded.</summary>
    private sealed record Kind(Func<Stream, Task> Save, Func<Stream, Task<Loaded>> Load, Func<string, Task<Loaded>> LoadFile);

    /// <summary>A model that was loaded: how it is saved, and what it says of some points.</summary>
    private sealed record Loaded(Func<Stream, Task> Save, Func<string, Task> SaveFile, Func<double[]> Answers);

    /// <summary>Bytes of which it is not known how many come.</summary>
    private sealed class UnknownLength(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
