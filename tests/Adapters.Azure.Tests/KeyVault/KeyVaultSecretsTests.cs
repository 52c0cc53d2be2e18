using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;
using Pipeline.Adapters.Azure.KeyVault;
using Pipeline.Adapters.Azure.Tests.Support;

namespace Pipeline.Adapters.Azure.Tests.KeyVault;

[TestClass]
public sealed class KeyVaultSecretsTests : IDisposable
{
    private static readonly DateTimeOffset LongAgo = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeVault _vault = new();
    private readonly ManualTime _time = new();
    private readonly Channel<string> _reports = Channel.CreateUnbounded<string>();

    public void Dispose() => _vault.Dispose();

    [TestMethod]
    public void Secrets_of_every_page_are_settings_and_come_before_other_sources()
    {
        _vault.Set("AzureOpenAI--ApiKey", "first", LongAgo);
        _vault.Set("BigQuery--Credentials", "{}", LongAgo);
        _vault.Set("Other", "o", LongAgo);
        _vault.Set("Retired", "r", LongAgo, enabled: false);

        using ConfigurationRoot settings = Build();

        settings["AzureOpenAI:ApiKey"].ShouldBe("first");
        settings.GetSection("BigQuery")["Credentials"].ShouldBe("{}");
        settings["Other"].ShouldBe("o");
        settings["Retired"].ShouldBeNull();
    }

    [TestMethod]
    public async Task A_rotated_secret_is_taken_up_without_reading_the_others_again()
    {
        _vault.Set("AzureOpenAI--ApiKey", "first", LongAgo);
        _vault.Set("Other", "o", LongAgo);
        using ConfigurationRoot settings = Build();
        _vault.ValuesRead.Clear();
        _vault.Set("AzureOpenAI--ApiKey", "second", LongAgo.AddDays(1));

        await ReloadedAsync(settings);

        settings["AzureOpenAI:ApiKey"].ShouldBe("second");
        settings["Other"].ShouldBe("o");
        _vault.ValuesRead.ShouldBe(["AzureOpenAI--ApiKey"]);
    }

    [TestMethod]
    public async Task A_deleted_secret_is_a_setting_no_more()
    {
        _vault.Set("Other", "o", LongAgo);
        _vault.Set("Passing", "p", LongAgo);
        using ConfigurationRoot settings = Build();
        _vault.Remove("Passing");

        await ReloadedAsync(settings);

        settings["Passing"].ShouldBeNull();
        settings["Other"].ShouldBe("o");
    }

    [TestMethod]
    public async Task While_the_vault_does_not_answer_the_old_values_stay_and_the_next_look_mends_it()
    {
        _vault.Set("AzureOpenAI--ApiKey", "first", LongAgo);
        using ConfigurationRoot settings = Build();
        _vault.Set("AzureOpenAI--ApiKey", "second", LongAgo.AddDays(1));
        _vault.Broken = HttpStatusCode.ServiceUnavailable;

        await _time.ElapseAsync();
        string report = await _reports.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(4));

        report.ShouldContain("test-vault");
        report.ShouldContain("503");
        settings["AzureOpenAI:ApiKey"].ShouldBe("first");

        _vault.Broken = null;
        await ReloadedAsync(settings);
        settings["AzureOpenAI:ApiKey"].ShouldBe("second");
    }

    [TestMethod]
    public void A_vault_that_cannot_be_read_at_start_is_named_with_what_to_look_at()
    {
        _vault.Broken = HttpStatusCode.Forbidden;

        SettingException e = Should.Throw<SettingException>(Build);

        e.Message.ShouldContain("KeyVault:Uri is 'https://test-vault.vault.azure.net/', which cannot be read: status 403 (Unhappy).");
        e.Message.ShouldContain("Key Vault Secrets User");
    }

    [TestMethod]
    [DataRow(true, "does not answer in time")]
    [DataRow(false, "No such host")]
    public void A_vault_that_cannot_be_reached_at_start_is_named_too(bool late, string reason)
    {
        _vault.Unreachable = late ? new TaskCanceledException("The operation was canceled.") : new HttpRequestException("No such host.");

        SettingException e = Should.Throw<SettingException>(Build);

        e.Message.ShouldContain("KeyVault:Uri is 'https://test-vault.vault.azure.net/', which cannot be read");
        e.Message.ShouldContain(reason);
    }

    [TestMethod]
    [DataRow("KeyVault:Uri", "http://vault", "KeyVault:Uri")]
    [DataRow("KeyVault:RefreshMinutes", "0", "KeyVault:RefreshMinutes")]
    [DataRow("KeyVault:RefreshMinutes", "soon", "KeyVault:RefreshMinutes")]
    public void A_wrong_setting_is_refused_by_its_name(string name, string value, string named)
    {
        IConfiguration settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["KeyVault:Uri"] = "https://vault.vault.azure.net/",
            [name] = value,
        }).Build();

        Should.Throw<SettingException>(() => new ConfigurationBuilder().AddKeyVaultSecrets(settings)).Message.ShouldStartWith(named);
    }

    [TestMethod]
    public void Without_a_vault_nothing_is_added()
    {
        IConfiguration settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["KeyVault:Uri"] = "" }).Build();

        new ConfigurationBuilder().AddKeyVaultSecrets(settings).Sources.ShouldBeEmpty();
    }

    private ConfigurationRoot Build() => (ConfigurationRoot)new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["AzureOpenAI:ApiKey"] = "of the file" })
        .Add(new KeyVaultSource(_vault.Client(), TimeSpan.FromMinutes(10), _time, report => _reports.Writer.TryWrite(report)))
        .Build();

    private async Task ReloadedAsync(ConfigurationRoot settings)
    {
        TaskCompletionSource reloaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using IDisposable registration = ChangeToken.OnChange(settings.GetReloadToken, () => reloaded.TrySetResult());
        await _time.ElapseAsync();
        await reloaded.Task.WaitAsync(TimeSpan.FromMinutes(4));
    }
}
