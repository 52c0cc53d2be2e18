using Microsoft.Extensions.Configuration;
using Pipeline.Access;
using Pipeline.Alerts;
using Pipeline.Drift;
using Pipeline.Gate;
using Pipeline.Monitoring;
using Pipeline.Operations;
using Pipeline.Rollout;
using Pipeline.Streams;

namespace Pipeline.LocalHost.Tests.Hosting;

[TestClass]
public sealed class PipelineSettingsTests
{
    [TestMethod]
    public void Functions_refer_to_the_same_settings_with_the_samples_values_beneath()
    {
        IConfigurationRoot read = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["PredictSchedule"] = "0 30 * * * *" }).Build();
        IConfiguration references = new PipelineSettings { Configuration = read }.ForReferences();

        references["PredictSchedule"].ShouldBe("0 30 * * * *");
        references["PreprocessSchedule"].ShouldBe("0 0 * * * *");
        read["ModelStorage"].ShouldBeNull("the sample's emulator is no setting of the adapters");

        (references.GetSection("Gate").Get<GateOptions>(), references.GetSection("Rollout").Get<RolloutOptions>()).ShouldBe((new GateOptions(), new RolloutOptions()), "the sample shows the defaults");
        (references.GetSection("Drift").Get<DriftOptions>(), references.GetSection("Watch").Get<WatchOptions>(), references.GetSection("Cost").Get<CostOptions>()).ShouldBe((new DriftOptions(), new WatchOptions(), new CostOptions()));
        references.GetSection("Limits").Get<LimitOptions>().ShouldBe(new LimitOptions());
        references.GetSection("Alerts").Get<AlertOptions>()!.ShouldBeEquivalentTo(new AlertOptions());
        references.GetSection("Emerging").Get<EmergingOptions>()!.ShouldBeEquivalentTo(new EmergingOptions());

        read["BigQuery:Credentials"] = "rotated";
        references["BigQuery:Credentials"].ShouldBe("rotated", "there is one reading of the settings, so that a vault is looked at once");
    }
}
