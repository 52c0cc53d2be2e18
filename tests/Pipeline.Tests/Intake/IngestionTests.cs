using Pipeline.Intake;

namespace Pipeline.Tests.Intake;

[TestClass]
public sealed class IngestionTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 31, 12, 0, 0, TimeSpan.Zero);

    [TestMethod]
    public void A_request_that_its_host_did_not_live_to_answer_is_told_as_failed_after_a_while()
    {
        Ingestion request = Begun(Ingestion.OfRequest, "");

        request.AsOf(Noon.AddMinutes(9)).State.ShouldBe(IngestionState.Validating);
        request.AsOf(Noon.AddMinutes(11)).ShouldSatisfyAllConditions(i => i.State.ShouldBe(IngestionState.Failed), i => i.Problem!.ShouldContain("Send it again"));
    }

    [TestMethod]
    public void A_file_that_waits_is_gone_on_with_whatever_its_name_and_a_request_that_was_answered_stays_so()
    {
        Begun(Ingestion.OfRequest, "0a").AsOf(Noon.AddDays(1)).State.ShouldBe(IngestionState.Validating);
        Begun("incidents.csv", "").AsOf(Noon.AddDays(1)).State.ShouldBe(IngestionState.Validating);
        (Begun(Ingestion.OfRequest, "") with { State = IngestionState.Accepted }).AsOf(Noon.AddDays(1)).State.ShouldBe(IngestionState.Accepted);
    }

    private static Ingestion Begun(string file, string sha256) =>
        new(Noon, 0, "somebody", file, sha256, 10, null, 0, 0, 0, new Dictionary<RejectKind, int>(), 0, 0, null) { State = IngestionState.Validating };
}
