using System.Text;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Secrets;

[TestClass]
public sealed class SecretScanTests
{
    private const int LargestFile = 8 * 1024 * 1024;

    // Made for tests and documentation; none of them opens anything.
    private static readonly (string Path, string Form, string Reason)[] Allowed =
    [
        ("infra/bicep/modules/key-vault.bicep", "assignment that looks random", "the id of the role Key Vault Secrets Officer, which is the same in every directory"),
        ("tests/Infra.Tests/Bicep/AccessTests.cs", "assignment that looks random", "the same id"),
        ("tests/Adapters.PostgreSql.Tests/PostgreSqlWarehouseTests.cs", "password in a connection string", "the word secret, for the messages that must not repeat it"),
        ("tests/Pipeline.Tests/Preprocessing/MaskerTests.cs", "key of AWS", "the example of AWS's documentation, for the rule that masks such keys"),
        ("tests/Pipeline.Tests/Preprocessing/MaskerTests.cs", "password in an address", "made up, for the rule that masks such addresses"),
    ];

    [TestMethod]
    public async Task No_file_of_the_repository_holds_a_secret()
    {
        ToolProcess git = await ToolProcess.RunAsync("git", ["ls-files", "-z"], SharedFiles.RepositoryRoot);
        if (git.ExitCode != 0)
        {
            Assert.Inconclusive($"This test asks git which files are committed, which this folder cannot tell: {git.Errors}");
        }

        List<string> found = [];
        HashSet<(string, string)> needed = [];
        foreach (string path in git.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            foreach ((string form, int line, string _) in SecretScan.Find(await ReadAsync(path)))
            {
                if (Allowed.FirstOrDefault(a => a.Path == path && a.Form == form) is { Path: not null } allowed)
                {
                    needed.Add((allowed.Path, allowed.Form));
                }
                else
                {
                    found.Add($"{path}:{line}: {form}");
                }
            }
        }

        found.ShouldBeEmpty("What is a secret is to be revoked and taken out; what is made up belongs on the list, with the reason.");
        Allowed.Where(a => !needed.Contains((a.Path, a.Form))).ShouldBeEmpty("allowances that nothing needs any more");
    }

    // Put together here, so that this file holds none.
    public static IEnumerable<object[]> Secrets =>
    [
        ["private key", $"-----BEGIN {"PRIVATE"} KEY-----\n{Letters(64)}\n-----END"],
        ["key of AWS", "AKIA" + "ABCDEFGHIJKL2345"],
        ["account key of Azure", $"DefaultEndpointsProtocol=https;AccountName=a;{"AccountKey"}={Convert.ToBase64String(new byte[64])}"],
        ["shared access signature of Azure", $"https://a.blob.core.windows.net/b?sv=1&{"sig"}={Letters(43)}%3D"],
        ["client secret of Entra ID", "abc8Q~" + Letters(34)],
        ["key of Google", "AIza" + Letters(35)],
        ["token of GitHub", "ghp_" + Letters(36)],
        ["token of GitLab", "glpat-" + Letters(20)],
        ["token of Slack", "xoxb-" + Letters(24)],
        ["webhook of Slack", $"https://hooks.slack.com/services/{"T12345678"}/{"B12345678"}/{Letters(24)}"],
        ["key of OpenAI", "sk-" + Letters(48)],
        ["key of Stripe", "sk_live_" + Letters(24)],
        ["key of SendGrid", $"SG.{Letters(22)}.{Letters(43)}"],
        ["token of npm", "npm_" + Letters(36)],
        ["key of NuGet", "oy2" + Letters(43).ToLowerInvariant()],
        ["JSON web token", $"eyJ{Letters(20)}.eyJ{Letters(20)}.{Letters(43)}"],
        ["password in an address", $"postgres://pipeline:{"hunter2"}@db.example.org/a"],
        ["password in a connection string", $"Host=db;Username=a;{"Password"}=hunter2"],
        ["assignment that looks random", $"\"client{"Secret"}\": \"{Letters(40)}\""],
    ];

    [TestMethod]
    [DynamicData(nameof(Secrets))]
    public void A_secret_of_each_form_is_found(string form, string text)
    {
        (string Form, int Line, string Value)[] found = [.. SecretScan.Find($"first line\n{text}\n")];

        found.ShouldContain(f => f.Form == form && f.Line == 2, $"{form}: {string.Join(", ", found)}");
    }

    [TestMethod]
    [DataRow("string password = \"the-password-of-the-user\";")]
    [DataRow("\"token\": \"abcdefabcdefabcdefabcdef\"")]
    [DataRow("public const string KeyHeader = \"x-functions-key\";")]
    [DataRow("http://127.0.0.1:7071/")]
    [DataRow("-----BEGIN PRIVATE KEY-----")]
    public void What_only_speaks_of_secrets_is_none(string text) => SecretScan.Find(text).ShouldBeEmpty();

    private static string Letters(int count) => string.Concat(Enumerable.Range(0, count).Select(i => "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0z"[(i * 7) % 31]));

    private static async Task<string> ReadAsync(string path)
    {
        FileInfo file = new(Path.Combine(SharedFiles.RepositoryRoot, path));
        if (!file.Exists || file.Length > LargestFile)
        {
            return "";
        }

        byte[] content = await File.ReadAllBytesAsync(file.FullName);
        return content.AsSpan(0, Math.Min(content.Length, 8000)).Contains((byte)0) ? "" : Encoding.UTF8.GetString(content);
    }
}
