using System.Runtime.Versioning;
using Pipeline.LocalHost.Hosting.Http;
using Pipeline.TestSupport;

namespace Pipeline.LocalHost.Tests.Hosting;

[TestClass]
public sealed class HostKeysTests
{
    [TestMethod]
    public async Task Keys_are_made_once_and_then_read()
    {
        using TempFolder folder = new();
        (HostKeys made, bool areNew) = await HostKeys.OpenAsync(folder["keys.json"], CancellationToken.None);
        (HostKeys read, bool areNewAgain) = await HostKeys.OpenAsync(folder["keys.json"], CancellationToken.None);
        areNew.ShouldBeTrue();
        areNewAgain.ShouldBeFalse();
        read.MasterKey.ShouldBe(made.MasterKey);
        read.FunctionKeys["default"].ShouldBe(made.FunctionKeys["default"]);
        made.MasterKey.Length.ShouldBe(43);
        string.Equals(made.MasterKey, made.FunctionKeys["default"], StringComparison.Ordinal).ShouldBeFalse();
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [UnsupportedOSPlatform("windows")]
    public async Task Only_the_owner_may_read_the_keys_even_where_others_once_might()
    {
        using TempFolder folder = new();
        await HostKeys.OpenAsync(folder["keys.json"], CancellationToken.None);
        File.GetUnixFileMode(folder["keys.json"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(folder["keys.json"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await HostKeys.OpenAsync(folder["keys.json"], CancellationToken.None);
        File.GetUnixFileMode(folder["keys.json"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [TestMethod]
    [DataRow("{}")]
    [DataRow("{\"masterKey\":\"\",\"functionKeys\":{}}")]
    [DataRow("not json")]
    public async Task A_damaged_file_is_told_and_never_opens_anything(string content)
    {
        using TempFolder folder = new();
        string path = folder.Write("keys.json", content);
        (await Should.ThrowAsync<CommandException>(() => HostKeys.OpenAsync(path, CancellationToken.None))).Message.ShouldContain(path);
    }

    [TestMethod]
    [DataRow("{\"masterKey\":\"m\",\"functionKeys\":{\"default\":\"d\",\"reporting\":null}}", "'reporting'")]
    [DataRow("{\"masterKey\":\"m\",\"functionKeys\":{\"reporting\":\"\"}}", "'reporting'")]
    [DataRow("{\"masterKey\":\"m\",\"functionKeys\":null}", "functionKeys")]
    [DataRow("{\"masterKey\":null,\"functionKeys\":{}}", "masterKey")]
    public async Task A_key_that_is_null_is_named(string content, string name)
    {
        using TempFolder folder = new();
        string path = folder.Write("keys.json", content);
        (await Should.ThrowAsync<CommandException>(() => HostKeys.OpenAsync(path, CancellationToken.None))).Message.ShouldContain(name);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("a:b")]
    [DataRow("über")]
    [DataRow("two words")]
    [DataRow("Master")]
    [DataRow("DEFAULT")]
    public async Task A_new_key_has_a_name_that_settings_can_name_and_that_no_other_has_in_other_capitals(string name)
    {
        using TempFolder folder = new();
        await HostKeys.OpenAsync(folder["keys.json"], CancellationToken.None);

        CommandException refused = await Should.ThrowAsync<CommandException>(() => HostKeys.RotateAsync(folder["keys.json"], name, TimeSpan.Zero, DateTimeOffset.UtcNow, CancellationToken.None));

        refused.ExitCode.ShouldBe(ExitCode.WrongUsage);
        HostKeys.Read(folder["keys.json"]).Names.ShouldBe(["master", "default"]);
    }

    [TestMethod]
    public async Task A_key_that_is_there_may_be_called_what_it_is_and_a_new_one_by_letters_digits_and_dashes()
    {
        using TempFolder folder = new();
        string path = folder.Write("keys.json", "{\"masterKey\":\"m\",\"functionKeys\":{\"two words\":\"d\"}}");

        await HostKeys.RotateAsync(path, "two words", TimeSpan.Zero, DateTimeOffset.UtcNow, CancellationToken.None);
        await HostKeys.RotateAsync(path, "Reporting-2_a", TimeSpan.Zero, DateTimeOffset.UtcNow, CancellationToken.None);

        HostKeys.Read(path).Names.ShouldBe(["master", "two words", "Reporting-2_a"]);
    }
}
