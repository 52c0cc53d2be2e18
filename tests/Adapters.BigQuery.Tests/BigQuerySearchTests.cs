using System.Globalization;
using System.Net;
using System.Numerics.Tensors;
using Pipeline.Contracts;
using Pipeline.Requests;
using Pipeline.Search;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>The contract over the adapter's own statements, and what is BigQuery's alone: prices, and tables of earlier versions.</summary>
[TestClass]
public sealed class BigQuerySearchTests : SearchContract, IDisposable
{
    private readonly Dataset _dataset = new();

    protected override IWarehouse Open() => _dataset.Warehouse();

    public void Dispose()
    {
        (Warehouse as IDisposable)?.Dispose();
        _dataset.Dispose();
    }

    [TestMethod]
    public async Task A_search_reads_the_days_of_what_it_found_and_each_of_its_queries_has_a_limit()
    {
        await StoreAsync(Text("A", "printer", 1, 0), Text("B", "printer", 0, 1) with { CreatedOn = Rows.Day(5) }, Text("C", "vpn", 0, 1) with { CreatedOn = Rows.Day(9) });

        await NumbersAsync((ISearchIndex)Warehouse, new SearchQuery(["printer"], new float[] { 1, 0 }, "e", 1));

        QueryJob[] queries = [.. _dataset.Duck.Queries.TakeLast(3)];
        queries.Select(query => query.Labels["step"]).ShouldBe(["search-words", "search-vectors", "read-found"], ignoreOrder: true);
        queries.ShouldAllBe(query => query.MaximumBytesBilled == 5_000_000_000);
        queries[^1].Parameters.Single(parameter => parameter.Name == "days").Values!.Select(day => day[..10]).ShouldBe(["2026-01-01"]);
    }

    [TestMethod]
    public async Task A_search_that_would_cost_too_much_is_refused_and_says_what_costs_less()
    {
        await StoreAsync(Text("A", "printer", 1, 0));
        (await NumbersAsync((ISearchIndex)Warehouse, "printer")).ShouldBe(["A"]);
        _dataset.Faults.Fail("query", DuckBigQuery.Refusal(HttpStatusCode.BadRequest, "bytesBilledLimitExceeded", "Query exceeded limit for bytes billed: 5000000000."));

        RequestException refused = await Should.ThrowAsync<RequestException>(() => ((ISearchIndex)Warehouse).FindAsync(new SearchQuery(["printer"], new float[] { 1, 0 }, "e", 10)));

        refused.Problem.ShouldBe(RequestProblem.Unprocessable);
        refused.Message.ShouldContain("5000 MB");
        refused.Message.ShouldContain("Name the dates");
    }

    [TestMethod]
    public async Task Incidents_of_an_earlier_version_are_found_once_the_index_was_made_and_until_then_the_search_says_so()
    {
        await StoreAsync(Text("A", "printer", 1, 0));
        _dataset.Duck.Ask("INSERT INTO preprocessed_incidents (number, sys_created_on, combined_incidents_summary, tech_center) VALUES ('HAND', TIMESTAMP '2026-01-03 08:30:00', 'scanner by hand', 'network')");
        _dataset.Duck.Ask("INSERT INTO incidents (number, sys_created_on, texts, tech_center) VALUES ('HAND', TIMESTAMP '2026-01-03 08:30:00', ['scanner'], 'network')");
        _dataset.Duck.Ask("DROP TABLE search_entries");
        _dataset.Duck.Ask("UPDATE settings SET value = '6' WHERE name = 'warehouse.schema'");
        using BigQueryWarehouse again = _dataset.Warehouse();

        (await Should.ThrowAsync<RequestException>(() => again.FindAsync(new SearchQuery(["printer"], default, "e", 10)))).Message.ShouldContain("search rebuild");
        (await again.RebuildAsync()).ShouldBe(2);

        (await NumbersAsync(again, "printer")).ShouldBe(["A"]);
        (await again.FindAsync(new SearchQuery(["scanner"], default, "e", 10) { From = Rows.Day(3) })).ShouldHaveSingleItem().Incident.Incident.Number.ShouldBe("HAND");
        _dataset.Duck.Staged.Count.ShouldBeGreaterThan(1);
        _dataset.Duck.Ask("SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'staging%'").ShouldBeEmpty();
    }

    [TestMethod]
    public async Task Making_the_index_anew_keeps_what_is_stored_meanwhile()
    {
        await StoreAsync(Text("A", "printer", 1, 0), Text("B", "vpn", 0, 1));
        using BigQueryWarehouse other = _dataset.Warehouse();
        _dataset.Faults.OnCallAsync = async call =>
        {
            if (call is "load")
            {
                _dataset.Faults.OnCallAsync = null;
                await StoreAsync(Text("B", "scanner", 0, 1) with { ContentHash = "new" }, Text("C", "toner", 0, 1));
            }
        };

        (await other.RebuildAsync()).ShouldBe(3);

        (await NumbersAsync(other, "vpn")).ShouldBeEmpty();
        (await NumbersAsync(other, "scanner")).ShouldBe(["B"]);
        (await NumbersAsync(other, "toner")).ShouldBe(["C"]);
        (await NumbersAsync(other, "printer")).ShouldBe(["A"]);
    }

    [TestMethod]
    public async Task The_cosine_of_rounded_vectors_is_that_of_the_vectors_to_a_thousandth_and_their_order_the_same()
    {
        Random random = new(1);
        float[][] vectors = [.. Enumerable.Range(0, 60).Select(_ => Enumerable.Range(0, 64).Select(_ => (float)((random.NextDouble() * 2) - 1)).ToArray())];
        await StoreAsync([.. vectors.Select((vector, i) => Text(i.ToString("00", CultureInfo.InvariantCulture), "printer", vector))]);

        IReadOnlyList<SearchCandidate> found = await ((ISearchIndex)Warehouse).FindAsync(new SearchQuery([], vectors[7], "e", 20));

        double[] exact = [.. vectors.Select(vector => (double)TensorPrimitives.CosineSimilarity(vector, vectors[7]))];
        found.ShouldAllBe(f => Math.Abs(f.Likeness!.Value - exact[int.Parse(f.Incident.Incident.Number, CultureInfo.InvariantCulture)]) < 0.003);
        string[] nearest = [.. exact.Index().OrderByDescending(e => e.Item).Take(20).Select(e => e.Index.ToString("00", CultureInfo.InvariantCulture))];
        found.Select(f => f.Incident.Incident.Number).Intersect(nearest, StringComparer.Ordinal).Count().ShouldBeGreaterThanOrEqualTo(19);
        found.MinBy(f => f.VectorRank)!.Incident.Incident.Number.ShouldBe("07");
    }
}
