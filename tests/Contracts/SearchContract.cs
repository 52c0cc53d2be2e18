using Pipeline.Classification;
using Pipeline.Incidents;
using Pipeline.Preprocessing;
using Pipeline.Search;
using Pipeline.Storage;
using static Pipeline.Contracts.Rows;

namespace Pipeline.Contracts;

/// <summary>What every warehouse promises of its search. Derive a test class to run it against one.</summary>
public abstract class SearchContract
{
    private IWarehouse _warehouse = null!;

    /// <summary>An empty warehouse that this test has to itself; what is stored by <see cref="Warehouse"/> is there for each that is opened after.</summary>
    protected abstract IWarehouse Open();

    protected IWarehouse Warehouse => _warehouse;

    private ISearchIndex Index => (ISearchIndex)_warehouse;

    [TestInitialize]
    public async Task Initialize()
    {
        _warehouse = Open();
        await _warehouse.InitializeAsync();
    }

    [TestMethod]
    public async Task Words_and_vectors_each_bring_their_own_order()
    {
        await StoreAsync(Text("A", "printer prints blank pages", 1, 0), Text("B", "Drucker druckt leer", 0.9f, 0.1f), Text("C", "vpn drops", 0, 1));

        IReadOnlyList<SearchCandidate> found = await Index.FindAsync(new SearchQuery(["blank", "printer", "nowhere"], new float[] { 1, 0 }, "e", 2));

        found.Select(f => (f.Incident.Incident.Number, f.WordRank, f.VectorRank)).ShouldBe([("A", 1, 1), ("B", null, 2)], ignoreOrder: true);
        found.Single(f => f.WordRank == 1).Likeness.ShouldNotBeNull().ShouldBe(1, 1e-6);
        found.Single(f => f.WordRank is null).Likeness.ShouldNotBeNull().ShouldBe(0.9939, 1e-3);
        found.ShouldAllBe(f => f.Incident.Summary != null);
    }

    [TestMethod]
    public async Task A_rare_word_and_one_that_stands_often_in_a_short_text_tell_more()
    {
        await StoreAsync(
            Text("A", "printer is slow", 1, 0), Text("B", "printer toner", 1, 0), Text("C", "printer printer jams", 1, 0), Text("D", "the printer of the third floor makes noises every morning when it is switched on", 1, 0), Text("E", "vpn", 1, 0));

        (await Index.FindAsync(new SearchQuery(["printer", "toner"], default, "e", 10))).OrderBy(f => f.WordRank).Select(f => f.Incident.Incident.Number).ShouldBe(["B", "C", "A", "D"]);
    }

    [TestMethod]
    public async Task What_comes_changes_moves_and_goes_is_found_so_by_a_reader_that_has_read_before_whoever_wrote_it()
    {
        IWarehouse other = Open();
        ISearchIndex reader = (ISearchIndex)other;
        await StoreAsync(Text("A", "printer", 1, 0), Text("B", "vpn", 0, 1));
        (await NumbersAsync(reader, "printer")).ShouldBe(["A"]);

        await StoreAsync(Text("C", "printer jams", 1, 0));
        (await NumbersAsync(reader, "printer")).ShouldBe(["A", "C"], ignoreOrder: true);
        await StoreAsync(Text("A", "scanner", 0, 1) with { TechCenter = "other" });
        (await NumbersAsync(reader, "printer")).ShouldBe(["C"]);
        (await NumbersAsync(reader, "scanner", "other")).ShouldBe(["A"]);
        (await NumbersAsync(reader, "scanner", "network")).ShouldBeEmpty();
        await ((IRemovals)_warehouse).EraseAsync("C");
        (await NumbersAsync(reader, "printer")).ShouldBeEmpty();
        (await Index.RebuildAsync()).ShouldBe(2);
        (await NumbersAsync(reader, "scanner")).ShouldBe(["A"]);
        (await NumbersAsync(reader, new SearchQuery([], new float[] { 0, 1 }, "e", 10))).ShouldBe(["A", "B"], ignoreOrder: true);
        await ((IPreprocessedIncidents)_warehouse).SavePreprocessedAsync([], [new DeadLetter("A", "preprocess", "no text")], "preprocess", 100);
        (await NumbersAsync(reader, "scanner")).ShouldBeEmpty();
        await DisposeAsync(other);
    }

    [TestMethod]
    public async Task Only_what_the_filters_leave_is_found_by_words_and_by_vector()
    {
        await StoreAsync(Text("A", "printer", 1, 0), Text("B", "printer", 1, 0) with { CreatedOn = Day(5) }, Text("C", "printer", 1, 0), Text("D", "printer", 1, 0) with { CreatedOn = null, TechCenter = "voice" });
        await ((IIncidents)_warehouse).UpsertIncidentsAsync([Incident("C") with { Priority = "1" }]);
        await ((IPredictions)_warehouse).SavePredictionsAsync([Answer("B", "hB")]);

        foreach (SearchQuery query in new[] { new SearchQuery(["printer"], default, "e", 10), new SearchQuery([], new float[] { 1, 0 }, "e", 10) })
        {
            (await NumbersAsync(Index, query)).ShouldBe(["A", "B", "C", "D"], ignoreOrder: true);
            (await NumbersAsync(Index, query with { From = Day(4) })).ShouldBe(["B"]);
            (await NumbersAsync(Index, query with { From = Day(5), Until = Day(5).AddTicks(1) })).ShouldBe(["B"]);
            (await NumbersAsync(Index, query with { From = Day(1), Until = Day(5) })).ShouldBe(["A", "C"], ignoreOrder: true);
            (await NumbersAsync(Index, query with { Until = Day(4), TechCenters = ["network", "nowhere"] })).ShouldBe(["A", "C"], ignoreOrder: true);
            (await NumbersAsync(Index, query with { TechCenters = ["voice"] })).ShouldBe(["D"]);
            (await NumbersAsync(Index, query with { TechCenters = ["nowhere"] })).ShouldBeEmpty();
            (await NumbersAsync(Index, query with { Priority = "1" })).ShouldBe(["C"]);
            (await NumbersAsync(Index, query with { TechCenters = ["network"], Problem = 7 })).ShouldBe(["B"]);
            (await NumbersAsync(Index, query with { TechCenters = ["network"], Problem = 7, Priority = "1" })).ShouldBeEmpty();
        }
    }

    [TestMethod]
    public async Task Vectors_of_another_embedder_of_another_length_and_without_one_are_near_to_nothing_and_found_by_words()
    {
        await StoreAsync(Text("A", "printer", 1, 0), Text("B", "printer", 1, 0) with { Embedder = "other" }, Text("C", "printer", 0, 0));

        (await NumbersAsync(Index, new SearchQuery([], new float[] { 1, 0 }, "e", 10))).ShouldBe(["A"]);
        (await NumbersAsync(Index, new SearchQuery([], new float[] { 1, 0, 0 }, "e", 10))).ShouldBeEmpty();
        (await NumbersAsync(Index, new SearchQuery(["printer"], default, "e", 10))).ShouldBe(["A", "B", "C"], ignoreOrder: true);
    }

    [TestMethod]
    [DataRow("größe \"OR\" NOT near & | ! <->")]
    [DataRow("Новый ноутбук не включается, ещё")]
    [DataRow("Ο εκτυπωτής δεν τυπώνει ΏΡΑ")]
    [DataRow("プリンターがバッファで止まる")]
    [DataRow("प्रिंटर काम नहीं कर रहा है")]
    [DataRow("เครื่องพิมพ์ไม่ทำงาน ที่นี่")]
    [DataRow("Drukarka nie działa, błąd żółty")]
    [DataRow("12 m² Fläche")]
    public async Task Words_of_every_script_are_found_as_they_are_asked_for_and_no_word_is_syntax(string text)
    {
        await StoreAsync(Text("A", text + " " + new string('x', 5_000), 1, 0));

        foreach (string word in SearchWords.Of(text))
        {
            (await Index.FindAsync(new SearchQuery([word], default, "e", 10))).ShouldHaveSingleItem().WordRank.ShouldBe(1, word);
        }

        (await NumbersAsync(Index, "nothing")).ShouldBeEmpty();
    }

    /// <summary>A preprocessed incident of a text and a vector.</summary>
    private protected static PreprocessedIncident Text(string number, string text, params float[] vector) => Preprocessed(number, "h" + number, embedding: vector) with { Summary = text, CreatedOn = Day(1) };

    /// <summary>Stores incidents with their summaries.</summary>
    private protected async Task StoreAsync(params PreprocessedIncident[] incidents)
    {
        await ((IIncidents)_warehouse).UpsertIncidentsAsync([.. incidents.Select(i => Incident(i.Number, techCenter: i.TechCenter) with { CreatedOn = i.CreatedOn })]);
        await ((IPreprocessedIncidents)_warehouse).SavePreprocessedAsync(incidents, [], "preprocess", (await ((IIncidents)_warehouse).ReadChangesAsync(0, 1000))[^1].Sequence);
    }

    /// <summary>The incidents that have a word.</summary>
    private protected static Task<string[]> NumbersAsync(ISearchIndex index, string word, string? techCenter = null) =>
        NumbersAsync(index, new SearchQuery([word], default, "e", 10) { TechCenters = techCenter is null ? null : [techCenter] });

    /// <summary>The incidents that are found.</summary>
    private protected static async Task<string[]> NumbersAsync(ISearchIndex index, SearchQuery query) => [.. (await index.FindAsync(query)).Select(f => f.Incident.Incident.Number)];

    /// <summary>Lets a warehouse go.</summary>
    private protected static async ValueTask DisposeAsync(IWarehouse warehouse)
    {
        if (warehouse is IAsyncDisposable open)
        {
            await open.DisposeAsync();
        }
        else
        {
            (warehouse as IDisposable)?.Dispose();
        }
    }
}
