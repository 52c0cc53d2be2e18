using Microsoft.Extensions.AI;
using Pipeline.Alerts;
using Pipeline.Drift;
using Pipeline.Models;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Drift;

[TestClass]
public sealed class MeasureDriftTests
{
    private static readonly DateTimeOffset Later = new(2026, 7, 2, 9, 0, 0, TimeSpan.Zero);

    private static readonly string[] Strange =
    [
        "Payroll run {0} rejected the bank file, cost center {1} unknown",
        "Forklift {1} in warehouse {0} reports a hydraulic leak",
        "Invoice {0} was booked twice in period {1}",
        "Badge of visitor {1} does not open gate {0} at night",
        "Canteen register {0} prints the wrong tax rate for menu {1}",
    ];

    [TestMethod]
    public async Task Incidents_of_the_same_problems_have_not_drifted()
    {
        await using SmallCompany company = await TrainedAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125, Later, Same);

        DriftReport report = await Measure(company).RunAsync(SmallCompany.TechCenter);

        report.Score!.Value.ShouldBeLessThan(new DriftOptions().Raised, report.Detail);
        (report.Level, report.RetrainingRecommended).ShouldBe((DriftLevel.Low, false));
        report.Parts!.Stability.ShouldBe(1);
        (await company.Warehouse.ReadAlertsAsync(10)).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task Incidents_of_other_problems_have_drifted_far_and_somebody_is_told_once()
    {
        await using SmallCompany company = await TrainedAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125, Later, Strange);
        MeasureDrift measure = Measure(company);

        DriftReport report = await measure.RunAsync(SmallCompany.TechCenter);
        DriftReport again = await measure.RunAsync(SmallCompany.TechCenter);

        report.Score!.Value.ShouldBeGreaterThan(0.8, report.Detail);
        (report.Level, report.RetrainingRecommended, report.Version).ShouldBe((DriftLevel.High, true, "2026_q2"));
        again.ShouldBeEquivalentTo(report);
        Alert alert = (await company.Warehouse.ReadAlertsAsync(10)).ShouldHaveSingleItem();
        (alert.Rule, alert.TechCenter, alert.Count).ShouldBe((AlertRules.DriftHigh, SmallCompany.TechCenter, 2));
        alert.Text.ShouldContain("Train the tech center again.");
        (await new DriftReports(company.Warehouse, company.Warehouse).RunAsync()).ShouldHaveSingleItem().ShouldBeEquivalentTo(report);
    }

    [TestMethod]
    public async Task Too_few_new_incidents_and_no_model_are_no_drift_and_say_so()
    {
        await using SmallCompany company = await TrainedAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 5, Later, Strange);
        await company.ReportAsync("Facilities", 5);
        MeasureDrift measure = Measure(company);

        DriftReport few = await measure.RunAsync(SmallCompany.TechCenter);
        (few.Score, few.Level).ShouldBe((null, DriftLevel.Unknown));
        few.Detail.ShouldContain("at least 20 of each");
        (await measure.RunAsync("Facilities")).Detail.ShouldContain("No model has been trained");
    }

    [TestMethod]
    public async Task An_embedder_that_changes_under_its_name_is_a_drift_of_its_own()
    {
        await using SmallCompany company = await TrainedAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125, Later, Same);
        await Measure(company).RunAsync(SmallCompany.TechCenter);

        DriftReport report = await Measure(company, new Turned(company.Embedder)).RunAsync(SmallCompany.TechCenter);

        report.Parts!.Stability!.Value.ShouldBeLessThan(0.5);
        report.Level.ShouldBe(DriftLevel.High, report.Detail);
    }

    [TestMethod]
    public async Task A_damaged_reference_is_made_anew()
    {
        await using SmallCompany company = await TrainedAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125, Later, Strange);
        DriftReport before = await Measure(company).RunAsync(SmallCompany.TechCenter);
        ModelManifest manifest = (await company.Models.FindServingAsync(SmallCompany.TechCenter))!;
        await company.Objects.WriteAsync($"drift/{manifest.Folder}/{manifest.Version}.json", (stream, token) => stream.WriteAsync("{"u8.ToArray(), token).AsTask());

        (await Measure(company).RunAsync(SmallCompany.TechCenter)).Score.ShouldBe(before.Score);
    }

    // The problems of the training with the words in each other's places: other texts of the same kind.
    private static readonly string[] Same =
    [
        "Printer {1} on floor {0} shows a paper jam and does not print",
        "VPN connection drops every few minutes from {1}, tunnel {0} lost",
        "Outlook mailbox quota exceeded, cannot send mail, archive {1} full {0}",
        "Password expired and account locked after {0} attempts on {1}",
        "Laptop battery {1} swollen, device does not charge, docking {0}",
    ];

    private static async Task<SmallCompany> TrainedAsync()
    {
        SmallCompany company = await SmallCompany.TrainedAsync();
        company.Clock.Advance(TimeSpan.FromDays(30));
        return company;
    }

    private static MeasureDrift Measure(SmallCompany company, IEmbeddingGenerator<string, Embedding<float>>? embedder = null)
    {
        RaiseAlert raise = new(company.Warehouse, new AlertOptions { SuppressMinutes = 60 }, company.Clock);
        return new MeasureDrift(
            company.Warehouse, company.Warehouse, company.Models, new DriftFiles(company.Objects), company.Warehouse, embedder ?? company.Embedder, company.Preprocess.Embedder, raise, new DriftOptions { Fewest = 20 }, company.Clock);
    }

    /// <summary>An embedder whose vectors have lost what told texts apart.</summary>
    private sealed class Turned(IEmbeddingGenerator<string, Embedding<float>> inner) : IEmbeddingGenerator<string, Embedding<float>>
    {
        public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            new((await inner.GenerateAsync(values, options, cancellationToken)).Select(e => new Embedding<float>(e.Vector.ToArray().Reverse().ToArray())));

        public object? GetService(Type serviceType, object? serviceKey = null) => inner.GetService(serviceType, serviceKey);

        public void Dispose()
        {
        }
    }
}
