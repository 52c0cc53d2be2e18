using Pipeline.Bench.Faults;
using Pipeline.TestSupport;

namespace Pipeline.LocalHost.Tests.Faults;

/// <summary>The whole pipeline over stores that go wrong by a seed; <c>bench -- faults</c> runs hundreds of them.</summary>
[TestClass]
public sealed class FaultTests
{
    [TestMethod]
    public async Task Whatever_goes_wrong_nothing_acknowledged_is_lost_or_doubled_and_a_sound_version_serves()
    {
        int faults = 0;
        for (int seed = 1; seed <= 12; seed++)
        {
            using TempFolder folder = new();

            FaultOutcome outcome = await FaultRun.RunAsync(seed, share: 0.03, folder["stores"], CancellationToken.None);

            outcome.Violations.ShouldBeEmpty($"seed {seed}");
            faults += outcome.Faults.Values.Sum();
        }

        faults.ShouldBeGreaterThan(50);
    }
}
