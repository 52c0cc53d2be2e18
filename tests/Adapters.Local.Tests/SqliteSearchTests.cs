using Microsoft.Data.Sqlite;
using Pipeline.Preprocessing;
using Pipeline.Search;
using static Pipeline.Contracts.Rows;

namespace Pipeline.Adapters.Local.Tests;

[TestClass]
public sealed class SqliteSearchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string DatabasePath => _folder.File("data/warehouse.db");

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task Neither_case_nor_diacritics_count_and_no_word_is_syntax()
    {
        await using SqliteWarehouse warehouse = new(DatabasePath);
        await StoreAsync(warehouse, Text("A", "größe \"OR\" NOT near", 1, 0));

        (await NumbersAsync(warehouse, "grosse")).ShouldBeEmpty();
        (await NumbersAsync(warehouse, "große")).ShouldBe(["A"]);
        (await NumbersAsync(warehouse, SearchWords.Of("GRÖßE")[0])).ShouldBe(["A"]);
        (await NumbersAsync(warehouse, "not")).ShouldBe(["A"]);
    }

    [TestMethod]
    [DataRow("Новый ноутбук не включается, ещё")]
    [DataRow("Ο εκτυπωτής δεν τυπώνει ΏΡΑ")]
    [DataRow("プリンターがバッファで止まる")]
    [DataRow("प्रिंटर काम नहीं कर रहा है")]
    [DataRow("เครื่องพิมพ์ไม่ทำงาน ที่นี่")]
    [DataRow("Größe der Übersicht")]
    [DataRow("Drukarka nie działa, błąd żółty")]
    [DataRow("12 m² Fläche")]
    public async Task The_index_has_no_other_words_than_are_asked_for(string text)
    {
        await using SqliteWarehouse warehouse = new(DatabasePath);
        await StoreAsync(warehouse, Text("A", text, 1, 0));

        Terms().ShouldBe(SearchWords.Of(text), ignoreOrder: true);
    }

    [TestMethod]
    public async Task A_file_of_a_version_without_an_index_gets_one_of_all_that_it_has()
    {
        await using (SqliteWarehouse first = new(DatabasePath))
        {
            await StoreAsync(first, Text("A", "printer", 1, 0));
        }

        Execute("DROP TRIGGER search_added; DROP TRIGGER search_changed; DROP TRIGGER search_removed; DROP TABLE search_vocabulary; DROP TABLE search_words; DROP VIEW search_texts; DROP TABLE search_entries; DROP TABLE search_gone; PRAGMA user_version = 5");

        await using SqliteWarehouse again = new(DatabasePath);
        (await NumbersAsync(again, "printer")).ShouldBe(["A"]);
    }

    [TestMethod]
    public async Task A_write_that_is_taken_back_leaves_no_trace_in_the_index()
    {
        await using SqliteWarehouse warehouse = new(DatabasePath);
        await StoreAsync(warehouse, Text("A", "printer", 1, 0));
        Execute("CREATE TRIGGER stop BEFORE INSERT ON preprocessed_incidents WHEN NEW.number = 'STOP' BEGIN SELECT RAISE(ABORT, 'stopped'); END");

        await Should.ThrowAsync<Pipeline.Storage.WarehouseException>(() => StoreAsync(warehouse, Text("A", "scanner", 0, 1), Text("B", "scanner", 0, 1), Text("STOP", "scanner", 0, 1)));

        (await NumbersAsync(warehouse, "scanner")).ShouldBeEmpty();
        (await NumbersAsync(warehouse, "printer")).ShouldBe(["A"]);
        Execute("INSERT INTO search_words (search_words, rank) VALUES ('integrity-check', 1)");
    }

    [TestMethod]
    public async Task The_words_of_an_erased_incident_are_in_no_byte_of_the_file()
    {
        await using (SqliteWarehouse warehouse = new(DatabasePath))
        {
            await StoreAsync(warehouse, Text("A", "xylophonequartz broke", 1, 0), Text("B", "vpn", 0, 1));
            await warehouse.EraseAsync("A");
            await warehouse.FindAsync(new SearchQuery(["vpn"], new float[] { 0, 1 }, "e", 10));
        }

        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(DatabasePath)!))
        {
            System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)).ShouldNotContain("xylophonequartz");
        }
    }

    private static PreprocessedIncident Text(string number, string text, params float[] vector) => Preprocessed(number, "h" + number, embedding: vector) with { Summary = text, CreatedOn = Day(1) };

    private static async Task StoreAsync(SqliteWarehouse warehouse, params PreprocessedIncident[] incidents)
    {
        await warehouse.UpsertIncidentsAsync([.. incidents.Select(i => Incident(i.Number, techCenter: i.TechCenter, createdOn: i.CreatedOn))]);
        await warehouse.SavePreprocessedAsync(incidents, [], "preprocess", (await warehouse.ReadChangesAsync(0, 1000))[^1].Sequence);
    }

    private static async Task<string[]> NumbersAsync(SqliteWarehouse warehouse, string word) => [.. (await warehouse.FindAsync(new SearchQuery([word], default, "e", 10))).Select(f => f.Incident.Incident.Number)];

    private List<string> Terms()
    {
        using SqliteConnection connection = new($"Data Source={DatabasePath};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT term FROM search_vocabulary";
        using SqliteDataReader reader = command.ExecuteReader();
        List<string> terms = [];
        while (reader.Read())
        {
            terms.Add(reader.GetString(0));
        }

        return terms;
    }

    private void Execute(string sql)
    {
        using SqliteConnection connection = new($"Data Source={DatabasePath};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
