using System.Text;
using Pipeline.EmergencyStop;
using Pipeline.Requests;
using Pipeline.Storage;
using Pipeline.Tests.Fakes;

namespace Pipeline.Tests.EmergencyStop;

[TestClass]
public sealed class OperatingModesTests
{
    private readonly MemoryObjectStore _objects = new();
    private readonly ManualClock _clock = new();

    private OperatingModes Modes => new(_objects, _clock);

    [TestMethod]
    public async Task A_pipeline_that_nobody_has_stopped_runs()
    {
        OperatingModes modes = Modes;

        (await modes.ReadAsync()).State.ShouldBe(OperatingState.Running);
        await modes.RequireAsync(changes: true);
        (await modes.DoAsync(_ => Task.FromResult(7))).ShouldBe(7);
    }

    [TestMethod]
    public async Task Read_only_lets_pass_what_changes_nothing_and_halted_lets_nothing_pass()
    {
        OperatingModes modes = Modes;

        await modes.SetAsync(OperatingState.ReadOnly, "anna", "a wrong export");
        await modes.RequireAsync(changes: false);
        HaltedException refused = await Should.ThrowAsync<HaltedException>(modes.RequireAsync(changes: true));
        await modes.SetAsync(OperatingState.Halted, "anna", "a wrong export");
        await Should.ThrowAsync<HaltedException>(modes.RequireAsync(changes: false));

        refused.Message.ShouldBe("The pipeline is read-only since 2026-07-01 00:00:00 UTC, by anna: a wrong export. It goes on after 'resume'.");
    }

    [TestMethod]
    public async Task A_stop_holds_for_every_process_over_the_same_store_within_two_seconds()
    {
        OperatingModes here = Modes;
        await here.RequireAsync(changes: true);

        await Modes.SetAsync(OperatingState.Halted, "anna", "smoke");
        _clock.Advance(OperatingModes.Fresh);

        await Should.ThrowAsync<HaltedException>(here.RequireAsync(changes: true));
    }

    [TestMethod]
    public async Task Asked_for_twice_a_stop_keeps_its_first_time_and_reason()
    {
        OperatingMode first = await Modes.SetAsync(OperatingState.Halted, "anna", "smoke");
        _clock.Advance(TimeSpan.FromHours(1));

        (await Modes.SetAsync(OperatingState.Halted, "berta", "fire")).ShouldBe(first);
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("  ")]
    public async Task A_stop_needs_a_reason_and_going_on_does_not(string? reason)
    {
        (await Should.ThrowAsync<RequestException>(Modes.SetAsync(OperatingState.Halted, "anna", reason))).Errors.Keys.ShouldBe(["reason"]);
        (await Modes.SetAsync(OperatingState.Running, "anna", reason)).State.ShouldBe(OperatingState.Running);
    }

    [TestMethod]
    public async Task A_reason_of_more_than_a_thousand_characters_is_refused() =>
        await Should.ThrowAsync<RequestException>(Modes.SetAsync(OperatingState.Halted, "anna", new string('x', OperatingModes.LongestReason + 1)));

    [TestMethod]
    [DataRow("")]
    [DataRow("{\"state\": \"halt")]
    [DataRow("null")]
    [DataRow("{\"state\": \"sleeping\", \"since\": \"2026-01-01T00:00:00Z\", \"who\": \"x\", \"reason\": null}")]
    [DataRow("{\"state\": 7, \"since\": \"2026-01-01T00:00:00Z\", \"who\": \"x\", \"reason\": null}")]
    [DataRow("{\"state\": 0, \"since\": \"2026-01-01T00:00:00Z\", \"who\": \"x\", \"reason\": null}")]
    public async Task A_mode_that_cannot_be_read_halts_until_it_is_set_again(string content)
    {
        _objects.Objects[OperatingModes.ObjectName] = Encoding.UTF8.GetBytes(content);

        (await Should.ThrowAsync<HaltedException>(Modes.RequireAsync(changes: false))).Message.ShouldContain("cannot be read");
        await Modes.SetAsync(OperatingState.Running, "anna", null);

        await Modes.RequireAsync(changes: true);
    }

    [TestMethod]
    public async Task While_the_store_does_not_answer_the_mode_stays_as_it_was_known()
    {
        OutOfReach store = new(_objects);
        OperatingModes modes = new(store, _clock);
        await modes.SetAsync(OperatingState.ReadOnly, "anna", "smoke");
        store.IsReached = false;
        _clock.Advance(TimeSpan.FromMinutes(1));

        await Should.ThrowAsync<HaltedException>(modes.RequireAsync(changes: true));
        await new OperatingModes(store, _clock).RequireAsync(changes: true);
    }

    [TestMethod]
    public async Task Work_under_way_is_cancelled_by_a_stop_and_says_who_stopped_it()
    {
        // The watch looks by the real clock here; the work waits for it without an end of its own.
        OperatingModes modes = new(_objects, TimeProvider.System);
        TaskCompletionSource begun = new();
        Task work = modes.DoAsync(async token =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        });
        await begun.Task;

        await Modes.SetAsync(OperatingState.Halted, "anna", "smoke");

        (await Should.ThrowAsync<HaltedException>(work)).Mode.Who.ShouldBe("anna");
    }

    [TestMethod]
    public async Task Work_that_its_caller_cancels_ends_as_cancelled()
    {
        using CancellationTokenSource caller = new();
        Task work = Modes.DoAsync(async token =>
        {
            await caller.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
        }, caller.Token);

        await Should.ThrowAsync<OperationCanceledException>(work);
    }

    /// <summary>A store that can be put out of reach.</summary>
    private sealed class OutOfReach(MemoryObjectStore objects) : IObjectStore
    {
        public bool IsReached { get; set; } = true;

        public Task<TaggedObject?> ReadTaggedAsync(string name, CancellationToken cancellationToken = default) =>
            IsReached ? objects.ReadTaggedAsync(name, cancellationToken) : throw new ObjectStoreException("out of reach");

        public Task<bool> ReplaceAsync(string name, ReadOnlyMemory<byte> content, string? tag, CancellationToken cancellationToken = default) => objects.ReplaceAsync(name, content, tag, cancellationToken);

        public Task<bool> WriteAsync(string name, Func<Stream, CancellationToken, Task> write, bool onlyIfAbsent = false, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task DeleteAsync(string name, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
