using Pipeline.Alerts;
using Pipeline.Tests.Fakes;

namespace Pipeline.Tests.Alerts;

/// <summary>The alerts of a company with two channels, mail for everybody and a pager for who is next, over a clock that stands still.</summary>
internal sealed class Company
{
    public Company(AlertOptions? options = null)
    {
        Options = options ?? new AlertOptions
        {
            Channels = [new AlertChannelOptions { Name = "mail" }, new AlertChannelOptions { Name = "pager" }],
            Routes =
            [
                new AlertRoute { Name = "operations", Channels = ["mail"], EscalateTo = "lead", EscalateAfterMinutes = 30 },
                new AlertRoute { Name = "lead", Channels = ["pager"], OnlyByEscalation = true },
            ],
        };
        Raise = new RaiseAlert(Log, Options, Clock);
        Answer = new AnswerAlert(Log, Clock);
        Deliver = new DeliverAlerts(Log, Raise, [Mail, Pager], Options, Clock);
    }

    public AlertOptions Options { get; }

    public ManualClock Clock { get; } = new();

    public MemoryWarehouse Log { get; } = new();

    public RecordingChannel Mail { get; } = new("mail");

    public RecordingChannel Pager { get; } = new("pager");

    public RaiseAlert Raise { get; }

    public AnswerAlert Answer { get; }

    public DeliverAlerts Deliver { get; }

    public Task<Alert> DriftAsync(string techCenter = "Network") => Raise.RunAsync(new AlertEvent(AlertRules.Drift, "0.7 of 1.", techCenter));

    /// <summary>Lets minutes go by, with a delivery in each.</summary>
    public async Task PassAsync(int minutes)
    {
        for (int i = 0; i < minutes; i++)
        {
            Clock.Advance(TimeSpan.FromMinutes(1));
            await Deliver.RunAsync();
        }
    }
}

/// <summary>A channel that keeps what it is given, or refuses it.</summary>
internal sealed class RecordingChannel(string name) : IAlertChannel
{
    public List<AlertMessage> Sent { get; } = [];

    public int Attempts { get; private set; }

    public bool IsDown { get; set; }

    public string Name => name;

    public Task SendAsync(AlertMessage message, CancellationToken cancellationToken = default)
    {
        Attempts++;
        if (IsDown)
        {
            throw new AlertChannelException($"{name} is away.");
        }

        Sent.Add(message);
        return Task.CompletedTask;
    }
}
