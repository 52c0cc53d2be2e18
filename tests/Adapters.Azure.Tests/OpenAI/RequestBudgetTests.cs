using Pipeline.Adapters.Azure.OpenAI;
using Pipeline.Adapters.Azure.Tests.Support;

namespace Pipeline.Adapters.Azure.Tests.OpenAI;

[TestClass]
public sealed class RequestBudgetTests
{
    private readonly InstantTime _time = new();

    [TestMethod]
    public async Task No_minute_has_more_tokens_than_the_quota()
    {
        using RequestBudget budget = new(100, 1000, _time);
        List<(DateTimeOffset At, int Tokens)> sent = [];
        foreach (int tokens in Enumerable.Range(1, 60).Select(i => i * 37 % 400))
        {
            sent.Add(((await budget.TakeAsync(tokens, CancellationToken.None)).At, tokens));
        }

        foreach ((DateTimeOffset at, _) in sent)
        {
            sent.Where(s => s.At >= at && s.At < at.AddMinutes(1)).Sum(s => s.Tokens).ShouldBeLessThanOrEqualTo(1000);
        }

        _time.Waits.ShouldNotBeEmpty();
    }

    [TestMethod]
    public async Task What_a_request_did_not_need_is_there_for_the_next()
    {
        using RequestBudget budget = new(100, 1000, _time);
        RequestBudget.Request first = await budget.TakeAsync(900, CancellationToken.None);
        budget.Settle(first, 300);

        await budget.TakeAsync(700, CancellationToken.None);

        _time.Waits.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_request_above_the_quota_goes_alone()
    {
        using RequestBudget budget = new(100, 1000, _time);
        await budget.TakeAsync(10, CancellationToken.None);

        await budget.TakeAsync(5000, CancellationToken.None);

        _time.Waits.ShouldBe([TimeSpan.FromMinutes(1)]);
    }

    [TestMethod]
    public void A_cut_text_ends_with_a_whole_character()
    {
        TokenEstimate.Cut("aé€😀b", 9).ShouldBe("aé€");
        TokenEstimate.Cut("aé€😀b", 10).ShouldBe("aé€😀");
        TokenEstimate.Cut("aé€😀b", 11).ShouldBe("aé€😀b");
    }
}
