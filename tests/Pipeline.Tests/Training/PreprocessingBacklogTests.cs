using Pipeline.Tests.Support;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

[TestClass]
public sealed class PreprocessingBacklogTests
{
    [TestMethod]
    public async Task A_training_waits_until_a_first_import_is_preprocessed()
    {
        await using SmallCompany company = await ImportedAsync();
        WaitingTime time = new(() => company.Preprocess.RunAsync(limit: 20));

        await new PreprocessingBacklog(company.Warehouse, company.Preprocess, time).AwaitAsync();

        time.Waits.ShouldBe(2);
        (await company.Preprocess.CountWaitingAsync()).ShouldBe(0);
    }

    [TestMethod]
    public async Task A_training_does_not_wait_for_the_few_that_came_just_now()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync("Network", 200);
        await company.ImportAsync("Network", 2, new DateTimeOffset(2026, 9, 1, 0, 0, 0, TimeSpan.Zero));
        WaitingTime time = new(() => Task.CompletedTask);

        await new PreprocessingBacklog(company.Warehouse, company.Preprocess, time).AwaitAsync();

        time.Waits.ShouldBe(0);
    }

    [TestMethod]
    public async Task A_training_is_given_up_where_nothing_is_preprocessed()
    {
        await using SmallCompany company = await ImportedAsync();
        WaitingTime time = new(() => Task.CompletedTask);

        TrainingFailedException e = await Should.ThrowAsync<TrainingFailedException>(() => new PreprocessingBacklog(company.Warehouse, company.Preprocess, time).AwaitAsync());

        e.Message.ShouldContain("30 incidents still wait for preprocessing");
        time.Waits.ShouldBe(90);
    }

    private static async Task<SmallCompany> ImportedAsync()
    {
        SmallCompany company = await SmallCompany.OpenAsync();
        await company.ImportAsync("Network", 30);
        return company;
    }

    /// <summary>A clock that jumps ahead by what is waited, while something is done.</summary>
    private sealed class WaitingTime(Func<Task> meanwhile) : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

        public int Waits { get; private set; }

        public override DateTimeOffset GetUtcNow() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits++;
            _now += dueTime;
            _ = Task.Run(async () =>
            {
                await meanwhile();
                callback(state);
            });
            return new Elapsed();
        }

        private sealed class Elapsed : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
