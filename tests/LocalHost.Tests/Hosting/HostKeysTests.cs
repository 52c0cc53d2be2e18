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
}
