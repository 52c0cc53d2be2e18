using System.Text;
using Pipeline.Forecasting;
using Pipeline.Tests.Fakes;

namespace Pipeline.Tests.Forecasting;

/// <summary>Files of forecasts that were changed by hand or by a fault.</summary>
[TestClass]
public sealed class ForecastFileTests
{
    private const string Center = "Network", Version = "2025_w45";

    [TestMethod]
    [DataRow("\"weight\": 0.5", "\"weight\": 0.8", "the sum 1")]
    [DataRow("\"weight\": 0.5", "\"weight\": -0.5", "the sum 1")]
    [DataRow("\"weight\": 0.5", "\"weight\": \"NaN\"", "the sum 1")]
    [DataRow("\"weight\": 0.5", "\"weight\": 1e999", "the sum 1")]
    [DataRow("\"error\": 2", "\"error\": \"Infinity\"", "errors are below 0")]
    [DataRow("\"method\": \"theta\"", "\"method\": \"oracle\"", "no method 'oracle'")]
    [DataRow("\"method\": \"theta\"", "\"method\": \"level\"", "there twice")]
    [DataRow("-1.5", "\"NaN\"", "4 numbers in ascending order")]
    [DataRow("-1.5", "7", "4 numbers in ascending order")]
    [DataRow("2.5", "1e300", "4 numbers in ascending order")]
    [DataRow("\"share\": 0.25", "\"share\": 3", "effect of a holiday")]
    [DataRow("\"total\": 123", "\"total\": -1", "incidents or origins")]
    [DataRow("\"techCenter\": \"Network\"", "\"techCenter\": \"Workplace\"", "does not lie there")]
    [DataRow("\"version\": \"2025_w45\"", "\"version\": \"2025_w46\"", "does not lie there")]
    [DataRow("\"until\": \"2025-11-03\"", "\"until\": \"2025-11-04\"", "no Monday")]
    [DataRow("\"format\": 1", "\"format\": 2", "format is 2")]
    [DataRow("\"format\": 1", "\"format\": ", "cannot be read")]
    public async Task A_value_that_does_not_hold_is_named_and_never_forecast_by(string written, string changed, string fault)
    {
        MemoryObjectStore objects = new();
        ForecastStore store = new(objects);
        (await store.WriteAsync(Model())).ShouldBeTrue();
        (await store.FindAsync(Center, Version)).ShouldNotBeNull();
        (await store.CheckAsync()).Sound.ShouldBe(1);
        string name = ForecastStore.PathOf(Center, Version), text = Encoding.UTF8.GetString(objects.Objects[name]);
        text.ShouldContain(written);

        objects.Objects[name] = Encoding.UTF8.GetBytes(text.Replace(written, changed, StringComparison.Ordinal));

        (await store.FindAsync(Center, Version)).ShouldBeNull();
        DamagedForecast damaged = (await store.CheckAsync(Center)).Damaged.ShouldHaveSingleItem();
        damaged.Version.ShouldBe(Version);
        damaged.Problem.ShouldStartWith($"'{name}' is damaged: ");
        damaged.Problem.ShouldContain(fault);
    }

    [TestMethod]
    public async Task A_file_of_stages_that_cannot_be_read_is_named_too()
    {
        MemoryObjectStore objects = new();
        ForecastStore store = new(objects);
        await store.WriteAsync(Model());
        string name = ForecastStore.PathOf(Center, "stages");

        objects.Objects[name] = "no JSON"u8.ToArray();

        ForecastFiles files = await store.CheckAsync();
        (files.Sound, files.Damaged.ShouldHaveSingleItem().Version).ShouldBe((1, "stages"));
    }

    private static ForecastModel Model() => new()
    {
        Format = ForecastModel.CurrentFormat,
        TechCenter = Center,
        Version = Version,
        Problems = "2025_q4",
        TrainedAt = DateTimeOffset.UnixEpoch,
        Until = new DateOnly(2025, 11, 3),
        Volume = null,
        OfProblems = new Dictionary<int, SeriesFit>
        {
            [3] = new(123, new CountFit(new EnsembleFit([new ForecastWeight("theta", 0.5, 2), new ForecastWeight("level", 0.5, 2)], [-2, -1.5, 1.5001, 2.5], 20), new HolidayEffect(0.25))),
        },
    };
}
