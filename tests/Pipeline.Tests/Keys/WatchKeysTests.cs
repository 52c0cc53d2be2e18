using Pipeline.Alerts;
using Pipeline.Keys;
using Pipeline.Tests.Fakes;

namespace Pipeline.Tests.Keys;

/// <summary>Keys that are old, and a certificate that ends, are told of in time.</summary>
[TestClass]
public sealed class WatchKeysTests
{
    private readonly ManualClock _clock = new();
    private readonly MemoryWarehouse _warehouse = new();

    [TestMethod]
    [DataRow(80, KeyAge.Fresh)]
    [DataRow(81, KeyAge.Aging)]
    [DataRow(90, KeyAge.Aging)]
    [DataRow(91, KeyAge.Overdue)]
    public async Task A_key_is_old_after_80_days_and_too_old_after_90(int days, KeyAge expected)
    {
        KeyState state = (await Watch(Key(days)).ListAsync()).Single();

        (state.Days, state.State).ShouldBe((days, expected));
    }

    [TestMethod]
    public async Task What_is_old_is_told_once_a_day_and_what_only_reads_never()
    {
        WatchKeys watch = Watch(Key(85), Key(95) with { Name = "envelope" }, Key(200) with { IsCurrent = false }, Key(3) with { Name = "new" }, new DatedKey("unknown", "vault", null), new DatedKey("CN=host", "certificate", _clock.GetUtcNow(), _clock.GetUtcNow().AddDays(29)));

        await watch.RunAsync();
        await watch.RunAsync();
        (await RaisedAsync()).ShouldBe([AlertRules.CertificateExpiring, AlertRules.KeyAging, AlertRules.KeyOverdue], ignoreOrder: true);

        _clock.Advance(TimeSpan.FromDays(1));
        await watch.RunAsync();
        (await RaisedAsync()).Length.ShouldBe(6);
        (await _warehouse.ReadAlertsAsync(100)).ShouldAllBe(alert => alert.Rule != AlertRules.KeyOverdue || (alert.Text.Contains("envelope", StringComparison.Ordinal) && alert.Text.Contains("keys rotate", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task The_days_are_settings()
    {
        KeyOptions options = new() { WarnDays = 10, AlertDays = 20, CertificateDays = 5 };

        KeyState[] states = [.. await new WatchKeys([new Fixed([Key(15), new DatedKey("CN=host", "certificate", null, _clock.GetUtcNow().AddDays(6)), new DatedKey("CN=old", "certificate", null, _clock.GetUtcNow().AddDays(-1))])], options, Raise(), _clock).ListAsync()];

        states.Select(state => state.State).ShouldBe([KeyAge.Fresh, KeyAge.Expired, KeyAge.Aging]);
        Should.Throw<ArgumentOutOfRangeException>(() => (options with { AlertDays = 9 }).Validate()).Message.ShouldContain("Keys:AlertDays");
    }

    private DatedKey Key(int days) => new("default", "host", _clock.GetUtcNow().AddDays(-days));

    private RaiseAlert Raise() => new(_warehouse, new AlertOptions(), _clock);

    private WatchKeys Watch(params DatedKey[] keys) => new([new Fixed(keys)], new KeyOptions(), Raise(), _clock);

    private async Task<string[]> RaisedAsync() => [.. (await _warehouse.ReadAlertsAsync(100)).Select(alert => alert.Rule)];

    private sealed class Fixed(IReadOnlyList<DatedKey> keys) : IDatedKeys
    {
        public Task<IReadOnlyList<DatedKey>> ListAsync(CancellationToken cancellationToken = default) => Task.FromResult(keys);
    }
}
