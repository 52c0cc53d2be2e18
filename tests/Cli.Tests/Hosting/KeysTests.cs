using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.Hosting;

/// <summary><c>keys</c> beside a <c>serve</c> that runs.</summary>
[TestClass]
public sealed class KeysTests
{
    [TestMethod]
    public async Task Every_key_is_rotated_while_a_host_runs_which_uses_the_new_ones_at_once_and_takes_those_before()
    {
        using TempFolder folder = new();
        string data = folder["data"], file = folder["elsewhere/envelope.json"];
        Dictionary<string, string> environment = new(StringComparer.Ordinal) { ["Encryption__KeysFile"] = file, ["BackupSchedule"] = "0 0 0 29 2 *", ["BackupModelsSchedule"] = "0 0 0 29 2 *", ["BackupChangesSchedule"] = "0 0 0 29 2 *" };
        Directory.CreateDirectory(data);
        (await KeysAsync("rotate", "envelope", "--id", "first")).ExitCode.ShouldBe(0);
        using Process host = CommandLine.Start(["serve", "--data", data, "--port", "0"], environment);
        host.BeginErrorReadLine();
        using HttpClient client = new();
        string? master = null;
        while (master is null && await host.StandardOutput.ReadLineAsync() is string line)
        {
            client.BaseAddress ??= line.StartsWith("API ", StringComparison.Ordinal) ? new Uri(line["API ".Length..].Trim() + "/") : null;
            master = line.StartsWith("Master key ", StringComparison.Ordinal) ? line["Master key ".Length..].Trim() : null;
        }

        try
        {
            string id = await BackUpAsync();
            KeyOf(id).ShouldBe("first");

            string token = (await CommandLine.RunAsync("token", "issue", "--role", "reader", "--name", "Jane", "--data", data, "--json")).Json.GetProperty("token").GetString()!;
            CommandResult rotated = await KeysAsync("rotate", "token");
            rotated.ExitCode.ShouldBe(0, rotated.ToString());
            string after = (await CommandLine.RunAsync("token", "issue", "--role", "reader", "--name", "John", "--data", data, "--json")).Json.GetProperty("token").GetString()!;
            (await StatusAsync(token)).ShouldBe(HttpStatusCode.OK, "what the key before signed is valid");
            (await StatusAsync(after)).ShouldBe(HttpStatusCode.OK);

            string key = (await KeysAsync("rotate", "host", "--name", "master", "--json")).Json.GetProperty("key").GetString()!;
            (await StatusAsync(master!)).ShouldBe(HttpStatusCode.OK, "the key before is taken for a day");
            (await StatusAsync(key)).ShouldBe(HttpStatusCode.OK);
            string last = (await KeysAsync("rotate", "host", "--name", "master", "--overlap-hours", "0", "--json")).Json.GetProperty("key").GetString()!;
            (await StatusAsync(key)).ShouldBe(HttpStatusCode.Unauthorized, "no overlap was asked for");
            master = last;

            (await KeysAsync("rotate", "envelope", "--id", "second")).ExitCode.ShouldBe(0);
            KeyOf(await BackUpAsync()).ShouldBe("second");
            CommandResult rewrapped = await KeysAsync("rewrap");
            rewrapped.ExitCode.ShouldBe(0, rewrapped.ToString());
            rewrapped.Output.ShouldContain("no other key is needed any more");

            JsonElement[] keys = [.. (await KeysAsync("list", "--json")).Json.GetProperty("keys").EnumerateArray()];
            keys.Select(k => $"{k.GetProperty("kind").GetString()} {k.GetProperty("name").GetString()} {k.GetProperty("state").GetString()}").ShouldBe(
                ["host master fresh", "host default fresh", "host master (before) readsOnly", "signing tokens fresh", "envelope first readsOnly", "envelope second fresh"], ignoreOrder: true);
            using HttpRequestMessage ask = new(HttpMethod.Get, "status") { Headers = { { "x-functions-key", master } } };
            using HttpResponseMessage status = await client.SendAsync(ask);
            (await status.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("keys").GetArrayLength().ShouldBe(keys.Length);
            CommandResult held = await CommandLine.RunAsync(["backup", "--data", data], environment);
            held.ShouldHaveFailed(1, "POST /api/backups");
        }
        finally
        {
            host.Kill();
            await host.WaitForExitAsync();
        }

        await CheckAloneAsync();

        Task<CommandResult> KeysAsync(params string[] arguments) => CommandLine.RunAsync(["keys", .. arguments, "--data", data], environment);

        async Task<HttpStatusCode> StatusAsync(string credential)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, "status") { Headers = { Authorization = new("Bearer", credential) } };
            using HttpResponseMessage answer = await client.SendAsync(request);
            return answer.StatusCode;
        }

        async Task<string> BackUpAsync()
        {
            client.DefaultRequestHeaders.Remove("x-functions-key");
            client.DefaultRequestHeaders.Add("x-functions-key", master);
            using HttpResponseMessage begun = await client.PostAsJsonAsync("backups", new { });
            begun.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            while (true)
            {
                JsonElement work = await client.GetFromJsonAsync<JsonElement>(begun.Headers.Location!);
                if (work.GetProperty("status").GetString() is "completed")
                {
                    client.DefaultRequestHeaders.Remove("x-functions-key");
                    return work.GetProperty("result").GetProperty("id").GetString()!;
                }

                (work.GetProperty("status").GetString() is "failed").ShouldBeFalse(work.GetRawText());
                await Task.Delay(50);
            }
        }

        string? KeyOf(string backup) => JsonDocument.Parse(File.ReadAllBytes(folder[$"data-backups/backups/{backup}/manifest.json"])).RootElement.GetProperty("key").GetString();

        // With the newest envelope key alone, all backups can be read; without any, the key is named and nothing is touched.
        async Task CheckAloneAsync()
        {
            string newest = JsonDocument.Parse(await File.ReadAllBytesAsync(file)).RootElement.GetProperty("keys").GetProperty("second").GetProperty("key").GetString()!;
            Dictionary<string, string> alone = new(StringComparer.Ordinal) { ["Encryption__KeyId"] = "second", ["Encryption__Keys__second"] = newest };
            foreach (JsonElement backup in (await CommandLine.RunAsync(["backups", "--data", data, "--json"], alone)).Json.GetProperty("backups").EnumerateArray())
            {
                CommandResult verified = await CommandLine.RunAsync(["backup", "verify", backup.GetProperty("id").GetString()!, "--data", data], alone);
                verified.ExitCode.ShouldBe(0, verified.ToString());
            }

            (await CommandLine.RunAsync(["restore", "latest", "--data", folder["again"], "--store", folder["data-backups"]], alone)).ExitCode.ShouldBe(0);
            (await CommandLine.RunAsync("restore", "latest", "--data", folder["none"], "--store", folder["data-backups"])).ShouldHaveFailed(1, "Encryption:Keys:second is missing");
            CommandResult drilled = await CommandLine.RunAsync(["drill", "--data", folder["again"]], alone);
            drilled.ExitCode.ShouldBe(0, drilled.ToString());
        }
    }

    [TestMethod]
    public async Task Without_a_file_of_keys_a_new_envelope_key_is_shown_with_its_settings()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["data"]);

        JsonElement shown = (await CommandLine.RunAsync("keys", "rotate", "envelope", "--id", "2026b", "--data", folder["data"], "--json")).Json;

        string key = shown.GetProperty("key").GetString()!;
        Convert.FromBase64String(key).Length.ShouldBe(32);
        shown.GetProperty("settings").GetProperty("Encryption:KeyId").GetString().ShouldBe("2026b");
        Directory.EnumerateFiles(folder["data"], "*", SearchOption.AllDirectories).ShouldAllBe(file => !File.ReadAllText(file).Contains(key), "it is kept nowhere");
    }

    [TestMethod]
    [DataRow("Encryption__KeyId=a", "Encryption:Keys:a is missing")]
    [DataRow("Encryption__KeyId=a;Encryption__Keys__a=short", "is not 32 bytes in base64")]
    [DataRow("Streams__KeyId=a", "Encryption:KeyId")]
    [DataRow("Encryption__KeysFile=nothing.json", "which cannot be read")]
    public async Task Wrong_envelope_keys_are_told_before_anything_is_written(string settings, string told)
    {
        using TempFolder folder = new();
        Dictionary<string, string> environment = settings.Split(';').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

        (await CommandLine.RunAsync(["serve", "--data", folder["data"], "--port", "0"], environment)).ShouldHaveFailed(2, told);

        Directory.Exists(folder["data"]).ShouldBeFalse();
    }

    [TestMethod]
    public async Task A_role_for_a_key_that_is_not_there_is_refused_at_the_start()
    {
        using TempFolder folder = new();
        (await CommandLine.RunAsync(["serve", "--data", folder["data"], "--port", "0"], new Dictionary<string, string>(StringComparer.Ordinal) { ["Access__KeyRoles__reporting"] = "reader" }))
            .ShouldHaveFailed(2, "Access:KeyRoles:reporting", "keys rotate host --name reporting");
    }
}
