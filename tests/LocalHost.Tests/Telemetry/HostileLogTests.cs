using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.LocalHost.Hosting;
using Pipeline.TestSupport;

namespace Pipeline.LocalHost.Tests.Telemetry;

[TestClass]
public sealed class HostileLogTests
{
    [TestMethod]
    [DynamicData(nameof(HostileTexts.Rows), typeof(HostileTexts))]
    public void A_message_and_an_exception_stay_on_one_line_and_move_no_terminal(string name)
    {
        string text = HostileTexts.All[name];
        using StringWriter written = new();
        LogEntry<string> entry = new(LogLevel.Warning, "Pipeline", new EventId(1), text, new InvalidOperationException(text), (state, _) => $"A tech center is named {state}.");

        new CorrelatedLines().Write(entry, null, written);

        string line = written.ToString();
        line.Count(c => c == '\n').ShouldBe(1);
        line.ShouldEndWith("\n");
        HostileTexts.Active(line).ShouldBeEmpty(line);
        line.ShouldContain("warn: Pipeline[1] A tech center is named ");
    }
}
