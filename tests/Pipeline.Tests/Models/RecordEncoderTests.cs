using System.Text.Json;
using Pipeline.Datasets;
using Pipeline.Models;

namespace Pipeline.Tests.Models;

[TestClass]
public sealed class RecordEncoderTests
{
    [TestMethod]
    public void Numbers_are_scaled_by_median_and_quartiles_and_no_outlier_goes_beyond_three()
    {
        RecordEncoder encoder = Fit(new RecordColumn("n", RecordColumnKind.Number), "1", "2", "3", "4", "1000");

        ColumnMix mix = encoder.Mix.Columns.Single();
        (mix.Encoding, mix.Center, mix.Dimensions, mix.MissingShare).ShouldBe((ColumnEncoding.Robust, 3, 1, 0));
        mix.Scale.ShouldBe(2 / 1.349, 1e-9);
        Encode(encoder, "3").ShouldBe([0f]);
        Encode(encoder, "5")[0].ShouldBe(1.349f, 1e-5f);
        Encode(encoder, "1000").ShouldBe([3f]);
    }

    [TestMethod]
    [DataRow(MissingRule.Auto, 0f)]
    [DataRow(MissingRule.Zero, -3f)]
    public void A_missing_number_is_the_median_or_zero_and_where_many_lack_it_a_number_says_so(MissingRule rule, float expected)
    {
        RecordEncoder encoder = Fit(new RecordColumn("n", RecordColumnKind.Number, rule), "10", "11", "12", "13", null);

        encoder.Dimensions.ShouldBe(2);
        encoder.Mix.Columns[0].MissingShare.ShouldBe(0.2, 1e-9);
        Encode(encoder, null).ShouldBe([expected, (float)(1 / Math.Sqrt(0.2 * 0.8))]);
        Encode(encoder, "11.5").ShouldBe([0f, 0f]);
    }

    [TestMethod]
    public void Few_categories_are_one_hot_with_the_variance_of_one_column_and_a_missing_one_is_its_own()
    {
        RecordEncoder encoder = Fit(new RecordColumn("c", RecordColumnKind.Category), "\"a\"", "\"a\"", "\"b\"", null);

        ColumnMix mix = encoder.Mix.Columns.Single();
        mix.Encoding.ShouldBe(ColumnEncoding.OneHot);
        mix.Categories.Select(c => (c.Value, c.Share)).ShouldBe([("a", 0.5), (null, 0.25), ("b", 0.25)]);
        float one = (float)(1 / Math.Sqrt(1 - 0.25 - 0.0625 - 0.0625));
        Encode(encoder, "\"a\"").ShouldBe([one, 0, 0]);
        Encode(encoder, null).ShouldBe([0, one, 0]);
        Encode(encoder, "\"never seen\"").ShouldBe([0, 0, 0]);
    }

    [TestMethod]
    public void Rare_categories_share_a_number_and_so_do_those_never_seen()
    {
        string?[] values = [.. Enumerable.Range(0, 600).Select(i => i switch { < 400 => "\"a\"", < 597 => "\"b\"", _ => $"\"rare {i}\"" })];
        RecordEncoder encoder = Fit(new RecordColumn("c", RecordColumnKind.Category), values);

        encoder.Mix.Columns[0].Categories.Select(c => c.Value).ShouldBe(["a", "b"]);
        encoder.Mix.Columns[0].OtherShare.ShouldBe(0.005, 1e-9);
        Encode(encoder, "\"rare 598\"").ShouldBe(Encode(encoder, "\"never seen\""));
        Encode(encoder, "\"never seen\"")[2].ShouldBeGreaterThan(1);
    }

    [TestMethod]
    public void Many_categories_are_told_apart_by_how_frequent_they_are()
    {
        string?[] values = [.. Enumerable.Range(1, 25).SelectMany(i => Enumerable.Repeat($"\"village {i}\"", i))];
        RecordEncoder encoder = Fit(new RecordColumn("c", RecordColumnKind.Category), values);

        (encoder.Mix.Columns[0].Encoding, encoder.Dimensions).ShouldBe((ColumnEncoding.Frequency, 1));
        float[] frequent = [Encode(encoder, "\"never seen\"")[0], Encode(encoder, "\"village 2\"")[0], Encode(encoder, "\"village 12\"")[0], Encode(encoder, "\"village 25\"")[0]];
        frequent.ShouldBe(frequent.Order());
        Fit(new RecordColumn("c", RecordColumnKind.Category, Encoding: EncodingRule.OneHot), values).Dimensions.ShouldBeGreaterThan(20);
    }

    [TestMethod]
    public void Dates_count_in_days_and_codes_can_be_categories()
    {
        RecordEncoder dates = Fit(new RecordColumn("d", RecordColumnKind.Date), "\"1970-01-02\"", "\"1970-01-12\"", "\"1970-01-22\"");
        RecordEncoder codes = Fit(new RecordColumn("c", RecordColumnKind.Category), "1", "2", "1");

        dates.Mix.Columns[0].Center.ShouldBe(11);
        codes.Mix.Columns[0].Categories.Select(c => c.Value).ShouldBe(["1", "2"]);
    }

    [TestMethod]
    public void A_column_that_never_differs_has_no_part_and_without_any_other_there_is_nothing_to_learn()
    {
        RecordColumn[] columns = [new("same", RecordColumnKind.Category), new("n", RecordColumnKind.Number)];
        string[] rows = ["""{"same": "x", "n": 1}""", """{"same": "x", "n": 2}"""];

        RecordEncoder encoder = RecordEncoder.Fit(rows, columns);

        (encoder.Dimensions, encoder.Mix.Columns[0].Encoding).ShouldBe((1, ColumnEncoding.Constant));
        Should.Throw<InvalidDataException>(() => RecordEncoder.Fit(rows, columns[..1])).Message.ShouldContain("No column tells the rows apart");
    }

    [TestMethod]
    public void A_mix_survives_its_manifest_to_the_bit()
    {
        RecordEncoder encoder = Fit(new RecordColumn("n", RecordColumnKind.Number), "0.1", "0.7", "2.3", "1e7", null);

        RecordEncoder again = new(JsonSerializer.Deserialize<RecordMix>(JsonSerializer.Serialize(encoder.Mix, PipelineJson.Indented), PipelineJson.Indented)!);

        foreach (string? value in new[] { "0.3", null, "-5", "1e9" })
        {
            Encode(again, value).ShouldBe(Encode(encoder, value));
        }
    }

    [TestMethod]
    public void A_mix_that_does_not_fit_together_is_refused()
    {
        RecordMix mix = Fit(new RecordColumn("n", RecordColumnKind.Number), "1", "2", "3").Mix;

        Should.Throw<InvalidDataException>(() => new RecordEncoder(new RecordMix([mix.Columns[0] with { Scale = 0 }]))).Message.ShouldContain("'n'");
        Should.Throw<InvalidDataException>(() => new RecordEncoder(new RecordMix([mix.Columns[0] with { Dimensions = 4 }])));
        Should.Throw<InvalidDataException>(() => new RecordEncoder(new RecordMix([mix.Columns[0] with { Center = double.NaN }])));
    }

    private static RecordEncoder Fit(RecordColumn column, params string?[] values) => RecordEncoder.Fit([.. values.Select(value => Row(column.Name, value))], [column]);

    private static float[] Encode(RecordEncoder encoder, string? value) => encoder.Encode([Row(encoder.Mix.Columns[0].Name, value)]);

    private static string Row(string column, string? value) => value is null ? "{}" : $$"""{"{{column}}": {{value}}}""";
}
