using System.Diagnostics;
using System.Globalization;

namespace Pipeline.Cli.Tests.Support;

/// <summary>Sends signals to processes that the test has started.</summary>
internal static class Signals
{
    /// <summary>Ends the test as inconclusive where signals cannot be sent as the test needs it.</summary>
    public static void Require()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Inconclusive("Signals are sent with the commands of Linux: this test is skipped.");
        }
    }

    public static void Send(Process process, string signal)
    {
        using Process kill = Process.Start("kill", ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        kill.ExitCode.ShouldBe(0);
    }
}
