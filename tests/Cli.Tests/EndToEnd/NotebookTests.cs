using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Pipeline.Archive;
using Pipeline.Cli.Tests.Support;
using Pipeline.Clustering;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

/// <summary>The notebook for Python, held against the files that it reads.</summary>
[TestClass]
public sealed partial class NotebookTests
{
    private static readonly string Notebook = Path.Combine(SharedFiles.RepositoryRoot, "docs/notebook/model-and-archive.ipynb");

    [TestMethod]
    public async Task Its_cells_read_a_data_folder_and_a_saved_model()
    {
        // Says that numpy is missing before anything is trained.
        Numpy.Run("print(1)").ShouldNotBeNull();
        bool readsParquet = Numpy.Run("import pandas, pyarrow") is not null;
        using TempFolder folder = new();
        Dictionary<string, string> settings = new(StringComparer.Ordinal) { ["Training__Layouts"] = "3" };
        string csv = SampleCsv.Write(folder["in.csv"], 600);
        (await CommandLine.RunAsync(["run", "--incidents", csv, "--data", folder["data"], "--tech-center-column", "none"], settings)).ExitCode.ShouldBe(0);
        float[] points = [.. Enumerable.Range(0, 200).Select(i => (i % 4 < 2 ? 0f : 9f) + (float)Math.Sin(i))];
        await Hdbscan.Fit(points, 2, new HdbscanOptions { MinClusterSize = 10 }).ToModel(points).SaveAsync(folder["model.safetensors"]);

        string script = "import os, sys\nos.environ['PIPELINE_DATA'], os.environ['PIPELINE_MODEL'] = sys.argv[1:3]\n"
            + string.Join('\n', Cells().Where(cell => readsParquet || !cell.Contains("read_parquet", StringComparison.Ordinal)));
        string printed = Numpy.Run(script, folder["data"], folder["model.safetensors"]).ShouldNotBeNull("a cell failed");

        printed.ShouldContain("600 incidents");
        printed.ShouldContain("in the training: True");
        printed.ShouldContain("likeness 1.000");
        printed.ShouldContain("'format': 'pipeline-hdbscan'");
        printed.ShouldContain("{0: 50, 1: 50} of (100, 2)");
    }

    [TestMethod]
    public void The_columns_that_it_asks_the_archive_for_are_there()
    {
        string cell = Cells().Single(cell => cell.Contains("read_parquet", StringComparison.Ordinal));
        string[] asked = [.. Quoted().Matches(Columns().Match(cell).Groups["list"].Value).Select(match => match.Groups["name"].Value)];
        string[] there = [.. typeof(ArchivedRow).GetProperties().Select(property => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name).OfType<string>()];

        asked.Length.ShouldBe(8);
        asked.Except(there, StringComparer.Ordinal).ShouldBeEmpty();
    }

    private static IEnumerable<string> Cells()
    {
        using JsonDocument notebook = JsonDocument.Parse(File.ReadAllText(Notebook));
        return
        [
            .. notebook.RootElement.GetProperty("cells").EnumerateArray()
                .Where(cell => cell.GetProperty("cell_type").ValueEquals("code"))
                .Select(cell => string.Concat(cell.GetProperty("source").EnumerateArray().Select(line => line.GetString()))),
        ];
    }

    [GeneratedRegex(@"columns = \[(?<list>.+?)\]", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Columns();

    [GeneratedRegex("\"(?<name>[a-z_]+)\"", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Quoted();
}
