using System.IO.Compression;
using System.Text;
using Parquet;
using Parquet.Schema;
using Pipeline.Incidents;
using Pipeline.Intake;

namespace Pipeline.Tests.Intake;

/// <summary>Every kind of file gives the same incidents.</summary>
[TestClass]
public sealed class SourceTests
{
    private const string Csv = "number,opened_at,short_description,assignment_group\nINC1,2026-01-05 10:00:00,\"Printer \"\"A\"\"\",Desk\nINC2,2026-01-06 11:30:00,Büro 日本,\n";

    [TestMethod]
    [DataRow("[{\"number\":\"INC1\",\"opened_at\":\"2026-01-05 10:00:00\",\"short_description\":\"Printer \\\"A\\\"\",\"assignment_group\":\"Desk\"},\n {\"number\":\"INC2\",\"short_description\":\"Büro \\u65e5本\",\"opened_at\":\"2026-01-06T11:30:00Z\",\"assignment_group\":null}]", DisplayName = "array")]
    [DataRow("{\"number\":\"INC1\",\"opened_at\":\"2026-01-05 10:00:00\",\"short_description\":\"Printer \\\"A\\\"\",\"assignment_group\":\"Desk\"}\n\n{\"number\":\"INC2\",\"short_description\":\"Büro 日本\",\"opened_at\":1767699000}\n", DisplayName = "NDJSON")]
    [DataRow("{\"count\":2,\"page\":{\"next\":[1]},\"result\":[{\"number\":\"INC1\",\"opened_at\":{\"display_value\":\"05/01/2026 11:00:00\",\"value\":\"2026-01-05 10:00:00\"},\"short_description\":\"Printer \\\"A\\\"\",\"assignment_group\":{\"display_value\":\"Desk\",\"link\":\"x\",\"value\":\"0f3a\"}},{\"number\":\"INC2\",\"short_description\":\"Büro 日本\",\"opened_at\":\"2026-01-06 11:30:00\"}],\"more\":false}", DisplayName = "Table API with display values")]
    [DataRow("{\n \"number\": \"INC1\",\n \"opened_at\": \"2026-01-05 10:00:00\",\n \"short_description\": \"Printer \\\"A\\\"\",\n \"assignment_group\": \"Desk\"\n}\n{\n \"number\": \"INC2\",\n \"opened_at\": \"2026-01-06 11:30:00\",\n \"short_description\": \"Büro 日本\"\n}", DisplayName = "objects over several lines")]
    public void Json_in_every_usual_shape(string json)
    {
        ShouldBeTheTwo(Read(Encoding.UTF8.GetBytes(json)));
        ShouldBeTheTwo(Read([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(json)]));
    }

    [TestMethod]
    public void A_line_of_NDJSON_that_is_none_costs_itself()
    {
        string json = string.Concat(Enumerable.Range(1, 30).Select(i => i == 7 ? "{\"number\":\"7\",\"short_desc\n" : i == 9 ? "[1,2]\n" : $"{{\"number\":\"{i}\",\"opened_at\":\"2026-01-05\",\"short_description\":\"text {i}\"}}\n"));
        List<IntakeRow> rows = Read(Encoding.UTF8.GetBytes(json));
        rows.Count(row => row.Incident is not null).ShouldBe(28);
        rows.Where(row => row.Incident is null).Select(row => (row.Row, row.Line, row.Reject!.Kind)).ShouldBe([(7, 7, RejectKind.Malformed), (9, 9, RejectKind.Malformed)]);
    }

    [TestMethod]
    [DataRow("""[{"number":"1","opened_at":"2026-01-05","short_description":"\ud800"},{"number":"2","opened_at":"2026-01-05","short_description":"b"}]""", "short_description")]
    [DataRow("""{"number":"1","opened_at":"2026-01-05","short_description":"\ud800"}{"number":"2","opened_at":"2026-01-05","short_description":"b"}""", "short_description")]
    [DataRow("""[{"number":"1","opened_at":"2026-01-05","short_description":"a","fields":{"x":{"y":"a\udc00"}}},{"number":"2","opened_at":"2026-01-05","short_description":"b"}]""", "fields.x.y")]
    [DataRow("""[{"number":"1","opened_at":"2026-01-05","short_description":"a","\ud800":1},{"number":"2","opened_at":"2026-01-05","short_description":"b"}]""", null)]
    public void Half_a_character_costs_its_record_only_and_the_field_is_named(string json, string? field)
    {
        List<IntakeRow> rows = Read(Encoding.UTF8.GetBytes(json.Replace("}{", "}\n{", StringComparison.Ordinal)));

        rows.Single(row => row.Incident is not null).Number.ShouldBe("2");
        Reject reject = rows.Single(row => row.Incident is null).Reject!;
        (reject.Kind, reject.Field).ShouldBe((RejectKind.Malformed, field));
        reject.Reason.ShouldContain("half a character");
    }

    [TestMethod]
    [DataRow("[{\"number\":\"1\"", "ends inside")]
    [DataRow("[{\"number\":\"1\"}", "ends inside")]
    [DataRow("[{\"number\":1, x}]", "line 1")]
    [DataRow("[{}]", "no records")]
    [DataRow("{\"result\":[]}", "no records")]
    public void Broken_or_empty_JSON_is_an_error_for_the_file(string json, string why) =>
        Should.Throw<IntakeException>(() => Read(Encoding.UTF8.GetBytes(json))).Message.ShouldContain(why);

    [TestMethod]
    public void A_workbook_gives_texts_numbers_and_dates()
    {
        byte[] workbook = Workbook(
            ["number", "opened_at", "short_description", "assignment_group"],
            ["INC1", new DateTime(2026, 1, 5, 10, 0, 0, DateTimeKind.Unspecified), "Printer \"A\"", "Desk"],
            [null, null, null, null],
            ["INC2", new DateTime(2026, 1, 6, 11, 30, 0, DateTimeKind.Unspecified), "Büro 日本", null]);
        List<IntakeRow> rows = Read(workbook);
        ShouldBeTheTwo(rows);
        rows.Select(row => row.Line).ShouldBe([2, 4]);
        Read(Workbook(["number", "opened_at", "short_description"], [4711d, 46027.5d, "text"])).Single().Incident!.ShouldSatisfyAllConditions(
            incident => incident.Number.ShouldBe("4711"),
            incident => incident.CreatedOn.ShouldBe(new DateTimeOffset(2026, 1, 5, 12, 0, 0, TimeSpan.Zero)));
    }

    [TestMethod]
    public async Task A_Parquet_file_is_read_by_row_group()
    {
        byte[] file = await ParquetAsync([("INC1", new DateTime(2026, 1, 5, 10, 0, 0, DateTimeKind.Utc), "Printer \"A\"", "Desk", 3), ("INC2", new DateTime(2026, 1, 6, 11, 30, 0, DateTimeKind.Utc), "Büro 日本", null, null)]);

        List<IntakeRow> read = Read(file);

        ShouldBeTheTwo(read);
        read.Select(row => row.Incident!.ReopenCount).ShouldBe([3, null]);
    }

    /// <summary>A Parquet file with a row group for each row.</summary>
    private static async Task<byte[]> ParquetAsync(IEnumerable<(string Number, DateTime Opened, string Text, string? Group, int? Reopened)> incidents)
    {
        var number = new DataField<string>("number");
        var opened = new DataField<DateTime?>("opened_at");
        var text = new DataField<string>("short_description");
        var group = new DataField<string>("assignment_group");
        var reopened = new DataField<int?>("reopen_count");
        using MemoryStream file = new();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(number, opened, text, group, reopened), file))
        {
            foreach ((string Number, DateTime Opened, string Text, string? Group, int? Reopened) row in incidents)
            {
                using ParquetRowGroupWriter rows = writer.CreateRowGroup();
                await rows.WriteAsync(number, new[] { row.Number });
                await rows.WriteAsync<DateTime>(opened, new DateTime?[] { row.Opened });
                await rows.WriteAsync(text, new[] { row.Text });
                await rows.WriteAsync(group, new[] { row.Group! });
                await rows.WriteAsync<int>(reopened, new[] { row.Reopened });
                rows.CompleteValidate();
            }
        }

        return file.ToArray();
    }

    [TestMethod]
    public void Packed_files_are_unpacked()
    {
        byte[] csv = Encoding.UTF8.GetBytes(Csv);
        ShouldBeTheTwo(Read(Gzip(csv)));
        ShouldBeTheTwo(Read(Zip(("a/incidents.csv", csv), ("__MACOSX/a/._incidents.csv", [1]), ("a/.DS_Store", [2]))));
        ShouldBeTheTwo(Read(Gzip(Workbook(["number", "opened_at", "short_description", "assignment_group"], ["INC1", "2026-01-05 10:00", "Printer \"A\"", "Desk"], ["INC2", "2026-01-06 11:30", "Büro 日本", null]))));
    }

    [TestMethod]
    public async Task A_file_that_is_cut_off_is_an_error_that_says_so()
    {
        byte[] csv = Encoding.UTF8.GetBytes(Csv + string.Concat(Enumerable.Range(3, 5_000).Select(i => $"INC{i},2026-01-05,text {i * 7919},Desk\n")));
        byte[] workbook = Workbook([["number", "opened_at", "short_description"], .. Enumerable.Range(0, 500).Select(i => (object?[])[$"{i}", "2026-01-05", $"text {i}"])]);
        byte[] parquet = await ParquetAsync(Enumerable.Range(0, 500).Select(i => ($"INC{i}", new DateTime(2026, 1, 5, 0, 0, 0, DateTimeKind.Utc), $"text {i}", (string?)"Desk", (int?)i)));
        foreach ((string kind, byte[] whole) in new[] { ("gzip", Gzip(csv)), ("zip", Zip(("a.csv", csv))), ("workbook", workbook), ("parquet", parquet), ("packed workbook", Gzip(workbook)) })
        {
            Read(whole).ShouldNotBeEmpty(kind);
            foreach (int kept in new[] { 20, whole.Length / 2, whole.Length - 5 })
            {
                IntakeException error = await Should.ThrowAsync<IntakeException>(
                    async () =>
                    {
                        using SourceFile file = SourceFile.Of(new MemoryStream(whole[..kept]), "cut");
                        await ImportIncidents.ImportAsync(file, new IntakeOptions(), new RecordingWarehouse(), rejectsPath: null);
                    },
                    $"{kind} cut to {kept} bytes");
                error.Message.ShouldNotBeNullOrWhiteSpace();
            }
        }
    }

    [TestMethod]
    public void An_archive_of_several_files_is_taken_apart()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, Zip(("b.csv", Encoding.UTF8.GetBytes(Csv)), ("a.json", "[{\"number\":\"J1\",\"opened_at\":\"2026-01-05\",\"short_description\":\"x\"}]"u8.ToArray())));

            IReadOnlyList<SourceFile> files = SourceFile.OpenAll(path);
            List<string?> numbers = [.. files.SelectMany(file => new IncidentReader(new IntakeOptions()).Open(file, CancellationToken.None).Rows(CancellationToken.None).Select(row => row.Number).ToList())];

            files.Select(file => file.Name).ShouldBe([path + ":a.json", path + ":b.csv"]);
            numbers.ShouldBe(["J1", "INC1", "INC2"]);
            foreach (SourceFile file in files)
            {
                file.Dispose();
            }

            Should.Throw<IntakeException>(() => SourceFile.Open(path)).Message.ShouldContain("'a.json', 'b.csv'");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestMethod]
    [DataRow("Issue key,Issue id,Summary,Issue Type,Status,Project key,Project name,Priority,Created,Updated,Resolved,Description,Comment,Comment\nAB-1,10001,Printer,Bug,Done,AB,Desk,High,05/Jan/26 10:00 AM,06/Jan/26 10:00 AM,07/Jan/26 9:00 AM,does not print,a,b\n", "Jira", "AB-1", "Desk", "High", "Done", DisplayName = "Jira, CSV")]
    [DataRow("Vorgangsschlüssel;Vorgangs-ID;Zusammenfassung;Vorgangstyp;Status;Projektname;Priorität;Erstellt;Aktualisiert;Beschreibung\nAB-1;10001;Printer;Fehler;Erledigt;Desk;Hoch;05/Jan/26 10:00;06/Mai/26 10:00;does not print\n", "Jira", "AB-1", "Desk", "Hoch", "Erledigt", DisplayName = "Jira, CSV in German")]
    [DataRow("{\"issues\":[{\"key\":\"AB-1\",\"fields\":{\"summary\":\"Printer\",\"description\":{\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":\"does not \"},{\"type\":\"text\",\"text\":\"print\"}]}]},\"created\":\"2026-01-05T10:00:00.000+0000\",\"project\":{\"key\":\"AB\",\"name\":\"Desk\"},\"priority\":{\"name\":\"High\"},\"status\":{\"name\":\"Done\"}}}]}", "Jira", "AB-1", "Desk", "High", "Done", DisplayName = "Jira, REST")]
    [DataRow("number,short_description,description,opened_at,assignment_group,priority,state,caller_id\nAB-1,Printer,does not print,2026-01-05 10:00:00,Desk,2 - High,Closed,Ann\n", "ServiceNow", "AB-1", "Desk", "2 - High", "Closed", DisplayName = "ServiceNow")]
    [DataRow("\"ID\",\"Subject\",\"Requester\",\"Group\",\"Description\",\"Priority\",\"Status\",\"Created at\",\"Updated at\"\nAB-1,Printer,Ann,Desk,does not print,high,solved,2026-01-05 10:00:00 UTC,2026-01-06 10:00:00 UTC\n", "Zendesk", "AB-1", "Desk", "high", "solved", DisplayName = "Zendesk")]
    [DataRow("\"ID\";\"Titre\";\"Statut\";\"Dernière modification\";\"Date d'ouverture\";\"Priorité\";\"Catégorie\";\"Description\";\nAB-1;Printer;Clos;2026-01-06 10:00;2026-01-05 10:00;Haute;Desk;does not print;\n", "GLPI", "AB-1", "Desk", "Haute", "Clos", DisplayName = "GLPI, French")]
    [DataRow("Ticket#;Alter;Erstellt;Geschlossen;Status;Priorität;Warteschlange;Betreff;Text\nAB-1;3 d;05.01.2026 10:00;06.01.2026 11:00;offen;3 normal;Desk;Printer;does not print\n", "OTRS", "AB-1", "Desk", "3 normal", "offen", DisplayName = "OTRS, German")]
    [DataRow("[{\"number\":7,\"title\":\"Printer\",\"body\":\"does not print\",\"createdAt\":\"2026-01-05T10:00:00Z\",\"closedAt\":null,\"state\":\"OPEN\",\"labels\":[{\"name\":\"bug\"}]}]", "GitHub", "7", "default", null, "OPEN", DisplayName = "GitHub")]
    public void Exports_are_recognised_without_options(string content, string source, string number, string techCenter, string? priority, string state)
    {
        using SourceFile file = SourceFile.Of(new MemoryStream(Encoding.UTF8.GetBytes(content)));
        IncidentTable table = new IncidentReader(new IntakeOptions()).Open(file, CancellationToken.None);
        Incident incident = table.Rows(CancellationToken.None).Single().Incident!;

        table.Source.ShouldBe(source);
        (incident.Number, incident.TechCenter, incident.Priority, incident.State).ShouldBe((number, techCenter, priority, state));
        incident.Texts.ShouldBe(["Printer", "does not print"]);
        incident.CreatedOn.ShouldBe(new DateTimeOffset(2026, 1, 5, 10, 0, 0, TimeSpan.Zero));
    }

    [TestMethod]
    public void A_users_mapping_comes_first_and_further_columns_can_be_named()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "[{ \"name\": \"Our desk\", \"signature\": [[\"Case\"], [\"Since\"]], \"number\": [\"Case\"], \"created\": [\"Since\"], \"texts\": [[\"What happened\"]], \"techCenter\": [\"Team\"] }]");
            IntakeOptions options = new() { MappingsFile = path, Further = new Dictionary<string, string>(StringComparer.Ordinal) { ["priority"] = "Severity", ["location"] = "none" } };
            Incident incident = Read("case,since,What happened,Team,Severity,Location\n1,2026-01-05,x,Desk,high,HQ\n"u8.ToArray(), options).Single().Incident!;
            (incident.Number, incident.TechCenter, incident.Priority, incident.Location).ShouldBe(("1", "Desk", "high", null));

            File.WriteAllText(path, "{ \"oops\": ");
            Should.Throw<IntakeException>(() => Read("case\n1\n"u8.ToArray(), options)).Message.ShouldContain(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void ShouldBeTheTwo(List<IntakeRow> rows)
    {
        rows.ShouldAllBe(row => row.Incident != null);
        rows.Select(row => (row.Number, row.Incident!.CreatedOn!.Value.UtcDateTime, row.Incident.Texts[0], row.Incident.TechCenter)).ShouldBe(
        [
            ("INC1", new DateTime(2026, 1, 5, 10, 0, 0, DateTimeKind.Utc), "Printer \"A\"", "Desk"),
            ("INC2", new DateTime(2026, 1, 6, 11, 30, 0, DateTimeKind.Utc), "Büro 日本", "default"),
        ]);
    }

    private static List<IntakeRow> Read(byte[] bytes, IntakeOptions? options = null) => [.. new IncidentReader(options ?? new IntakeOptions()).Read(new MemoryStream(bytes))];

    private static byte[] Gzip(byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    private static byte[] Zip(params (string Name, byte[] Content)[] entries)
    {
        using MemoryStream packed = new();
        using (ZipArchive archive = new(packed, ZipArchiveMode.Create))
        {
            foreach ((string name, byte[] content) in entries)
            {
                using Stream entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return packed.ToArray();
    }

    /// <summary>A workbook as spreadsheets write it, of one sheet.</summary>
    private static byte[] Workbook(params object?[][] rows)
    {
        const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        string cells = string.Concat(rows.Select((row, r) => $"<row r=\"{r + 1}\">{string.Concat(row.Select((value, c) => Cell(value, $"{(char)('A' + c)}{r + 1}")))}</row>"));
        return Zip(
            ("[Content_Types].xml", Xml("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/><Override PartName=\"/xl/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/></Types>")),
            ("_rels/.rels", Xml($"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"{Relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>")),
            ("xl/workbook.xml", Xml($"<workbook xmlns=\"{Main}\" xmlns:r=\"{Relations}\"><sheets><sheet name=\"Page 1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>")),
            ("xl/_rels/workbook.xml.rels", Xml($"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"{Relations}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"{Relations}/styles\" Target=\"styles.xml\"/></Relationships>")),
            ("xl/styles.xml", Xml($"<styleSheet xmlns=\"{Main}\"><fonts count=\"1\"><font/></fonts><fills count=\"1\"><fill/></fills><borders count=\"1\"><border/></borders><cellStyleXfs count=\"1\"><xf/></cellStyleXfs><cellXfs count=\"2\"><xf/><xf numFmtId=\"22\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>")),
            ("xl/worksheets/sheet1.xml", Xml($"<worksheet xmlns=\"{Main}\"><sheetData>{cells}</sheetData></worksheet>")));

        static byte[] Xml(string content) => Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + content);

        static string Cell(object? value, string place) => value switch
        {
            null => "",
            DateTime date => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"<c r=\"{place}\" s=\"1\"><v>{date.ToOADate()}</v></c>"),
            double number => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"<c r=\"{place}\"><v>{number}</v></c>"),
            _ => $"<c r=\"{place}\" t=\"inlineStr\"><is><t>{System.Security.SecurityElement.Escape((string)value)}</t></is></c>",
        };
    }
}
