using Microsoft.Extensions.Configuration;

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

        read["BigQuery:Credentials"] = "rotated";
        references["BigQuery:Credentials"].ShouldBe("rotated", "there is one reading of the settings, so that a vault is looked at once");
    }
}
