using System.Text.Json;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

/// <summary>What commands do is in the audit, and <c>audit</c> shows, verifies and exports it.</summary>
[TestClass]
public sealed class AuditTests
{
    [TestMethod]
    public async Task Verbs_are_written_verified_exported_and_a_changed_line_is_named()
    {
        using TempFolder folder = new();
        string data = folder["data"];
        await CommandAsync("import", SampleCsv.Write(folder["in.csv"], 20), "--data", data);
        await CommandAsync("token", "issue", "--role", "reader", "--name", "Jane Doe", "--data", data);
        await CommandAsync("halt", "--reason", "a drill", "--data", data);
        (await CommandLine.RunAsync("preprocess", "--data", data)).ExitCode.ShouldBe(1);
        await CommandAsync("resume", "--data", data);
        await CommandAsync("erase", "--number", "NONE-1", "--data", data);
        (await CommandLine.RunAsync("models", "promote", "--data", data)).ExitCode.ShouldBe(2);

        JsonElement[] entries = [.. (await CommandAsync("audit", "list", "--data", data, "--json")).Json.GetProperty("entries").EnumerateArray().Reverse()];
        entries.Select(e => $"{e.GetProperty("action").GetString()} {e.GetProperty("outcome").GetString()}").ShouldBe(
            ["data.import done", "token.issue begun", "token.issue done", "mode.halt done", "preprocessing.run failed", "mode.resume begun", "mode.resume done", "incident.erase begun", "incident.erase done"]);
        entries.Select(e => (e.GetProperty("actor").GetString(), e.GetProperty("via").GetString())).Distinct().ShouldBe([($"{Environment.UserName} (command line)", "commandLine")]);
        entries[1].GetProperty("object").GetString().ShouldBe("reader/Jane Doe");
        entries[7].GetProperty("object").GetString()!.ShouldStartWith("incident sha256:");

        JsonElement verified = (await CommandAsync("audit", "verify", "--data", data, "--json")).Json;
        string head = verified.GetProperty("heads")[0].GetString()!;
        (verified.GetProperty("sound").GetBoolean(), verified.GetProperty("entries").GetInt32()).ShouldBe((true, 9));
        await CommandAsync("audit", "export", "--action", "mode", "--output", folder["audit.csv"], "--data", data);
        (await File.ReadAllLinesAsync(folder["audit.csv"])).Length.ShouldBe(4);
        await CommandAsync("audit", "export", "--output", folder["audit.jsonl"], "--data", data);
        (await File.ReadAllTextAsync(folder["audit.jsonl"])).ShouldNotContain("NONE-1");

        string[] lines = [.. Directory.EnumerateFiles(Path.Combine(data, "objects", "audit"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        foreach (string late in lines.Skip(8))
        {
            File.Delete(late);
        }

        (await CommandAsync("audit", "verify", "--data", data)).Output.ShouldContain("all as they were written");
        CommandResult cut = await CommandLine.RunAsync("audit", "verify", "--head", head, "--data", data);
        (cut.ExitCode, cut.Errors.Contains("was known to reach entry 9", StringComparison.Ordinal)).ShouldBe((1, true), cut.ToString());
        await File.WriteAllTextAsync(lines[2], (await File.ReadAllTextAsync(lines[2])).Replace("Jane", "John", StringComparison.Ordinal));
        CommandResult changed = await CommandLine.RunAsync("audit", "verify", "--data", data);
        (changed.ExitCode, changed.Errors.Contains("Entry 3 of", StringComparison.Ordinal)).ShouldBe((1, true), changed.ToString());
    }

    [TestMethod]
    public async Task What_only_admins_may_do_is_not_done_while_the_audit_cannot_be_written_and_a_halt_is()
    {
        using TempFolder folder = new();
        string data = folder["data"];
        await CommandAsync("import", SampleCsv.Write(folder["in.csv"], 20), "--data", data);
        Directory.Delete(Path.Combine(data, "objects", "audit"), recursive: true);
        await File.WriteAllTextAsync(Path.Combine(data, "objects", "audit"), "in the way");

        (await CommandLine.RunAsync("erase", "--number", "NONE-1", "--data", data)).ShouldHaveFailed(1, "This is not done while the audit cannot be written");
        CommandResult halted = await CommandLine.RunAsync("halt", "--reason", "a drill", "--data", data);
        (halted.ExitCode, halted.Errors.Contains("The audit could not be written", StringComparison.Ordinal)).ShouldBe((0, true), halted.ToString());
    }

    private static async Task<CommandResult> CommandAsync(params string[] arguments)
    {
        CommandResult result = await CommandLine.RunAsync(arguments);
        result.ExitCode.ShouldBe(0, $"{string.Join(' ', arguments)}\n{result}");
        return result;
    }
}
