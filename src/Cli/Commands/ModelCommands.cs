using System.CommandLine;
using System.Globalization;
using Pipeline.Classification;
using Pipeline.Gate;
using Pipeline.LocalHost;
using Pipeline.Models;
using Pipeline.Rollout;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>models</c>: which versions there are, what they are worth, and which one serves.</summary>
internal static class ModelCommands
{
    private const string NothingChanged = "Nothing was changed.";

    public static Command Create() => new("models", "Show the model versions, compare them, and decide which one serves.")
    {
        CreateList(), CreateShow(), CreateCompare(), CreatePromote(), CreateCanary(), CreateRollback(), CreateRetire(), CreateArchive(), CreatePolicy(),
    };

    private static Command CreateList()
    {
        Option<string?> center = CommandOptions.Text("--tech-center", "Only this tech center's. Default: all.", "C");
        return Verb("list", "List the versions with their stages.", [center], async (pipeline, host, parsed, cancellationToken) =>
        {
            IReadOnlyList<TechCenterModels> all = await pipeline.Catalog.ListAsync(cancellationToken);
            TechCenterModels[] shown = [.. all.Where(m => parsed.GetValue(center) is not string asked || string.Equals(m.TechCenter, asked, StringComparison.Ordinal))];
            host.Show(new { techCenters = shown }, console => WriteList(console, shown));
            return ExitCode.Done;
        });
    }

    private static Command CreateShow()
    {
        (Argument<string> center, Argument<string> version) = (Center(), Version("The version, such as 2026_q2."));
        return Verb("show", "Show one version: what it is made of, its stage, and what the gate found.", [center, version], async (pipeline, host, parsed, cancellationToken) =>
        {
            VersionDetails details = await pipeline.Versions.ShowAsync(parsed.GetRequiredValue(center), parsed.GetRequiredValue(version), cancellationToken);
            host.Show(details, console => WriteDetails(console, details));
            return ExitCode.Done;
        });
    }

    private static Command CreateCompare()
    {
        (Argument<string> center, Argument<string> a, Argument<string> b) = (Center(), Version("The version to go from.", "A"), Version("The version to go to.", "B"));
        return Verb("compare", "Show what another version would change.", [center, a, b], async (pipeline, host, parsed, cancellationToken) =>
        {
            VersionComparison comparison = await pipeline.Compare.RunAsync(parsed.GetRequiredValue(center), parsed.GetRequiredValue(a), parsed.GetRequiredValue(b), cancellationToken);
            host.Show(comparison, console => WriteComparison(console, comparison));
            return ExitCode.Done;
        });
    }

    private static Command CreatePromote()
    {
        (Argument<string> center, Argument<string> version) = (Center(), Version("The version to put into production."));
        (Option<string?> reason, Option<bool> force) = (Reason(), Force());
        Option<bool> later = Later();
        return Verb("promote", "Put a version into production, and predict the tech center anew.", [center, version, reason, force, later], async (pipeline, host, parsed, cancellationToken) =>
            await ChangedAsync(
                pipeline, host, await pipeline.Versions.PromoteAsync(parsed.GetRequiredValue(center), parsed.GetRequiredValue(version), new StageOrder(CommandAudit.Who, parsed.GetValue(reason), parsed.GetValue(force)), cancellationToken), parsed.GetValue(later), cancellationToken));
    }

    private static Command CreateCanary()
    {
        (Argument<string> center, Argument<string> version) = (Center(), Version("The version to put on trial."));
        (Option<string?> reason, Option<bool> force) = (Reason(), Force());
        Option<int?> percent = CommandOptions.Integer("--percent", "The share of incidents that it answers. Default: the setting Gate:CanaryPercent.", 1, 100);
        return Verb("canary", "Put a version on trial: it answers a share until 'serve', or the app, promotes it or takes it back.", [center, version, percent, reason, force], async (pipeline, host, parsed, cancellationToken) =>
        {
            StageResult result = await pipeline.Versions.BeginCanaryAsync(parsed.GetRequiredValue(center), parsed.GetRequiredValue(version), parsed.GetValue(percent), new StageOrder(CommandAudit.Who, parsed.GetValue(reason), parsed.GetValue(force)), cancellationToken);
            return await ChangedAsync(pipeline, host, result, later: true, cancellationToken);
        });
    }

    private static Command CreateRollback()
    {
        Argument<string?> center = new("tech-center") { HelpName = "C", Description = "The tech center, by name or folder.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> all = new("--all") { Description = "All tech centers; needs a reason." };
        Option<string?> reason = Reason();
        Option<bool> later = Later();
        return Verb("rollback", "Bring the previous version back, of one tech center or of all, and predict anew.", [center, all, reason, later], async (pipeline, host, parsed, cancellationToken) =>
            parsed.GetValue(all) == (parsed.GetValue(center) is not null) ? throw new CommandException("Name a tech center, or give --all, and not both.", ExitCode.WrongUsage)
            : parsed.GetValue(all) ? await RollBackAllAsync(pipeline, host, new StageOrder(CommandAudit.Who, parsed.GetValue(reason)), parsed.GetValue(later), cancellationToken)
            : await ChangedAsync(pipeline, host, await pipeline.Versions.RollBackAsync(parsed.GetValue(center)!, new StageOrder(CommandAudit.Who, parsed.GetValue(reason)), cancellationToken), parsed.GetValue(later), cancellationToken));
    }

    private static Command CreateRetire()
    {
        (Argument<string> center, Argument<string> version) = (Center(), Version("The version to take out of use."));
        Option<string?> reason = Reason();
        return Verb("retire", "Take a version out of use.", [center, version, reason], async (pipeline, host, parsed, cancellationToken) =>
            await ChangedAsync(pipeline, host, await pipeline.Versions.RetireAsync(parsed.GetRequiredValue(center), parsed.GetRequiredValue(version), new StageOrder(CommandAudit.Who, parsed.GetValue(reason)), cancellationToken), later: true, cancellationToken));
    }

    private static Command CreateArchive()
    {
        (Argument<string> center, Argument<string> version) = (Center(), Version("The retired version to put away."));
        Option<string?> reason = Reason();
        return Verb("archive", "Put the files of a retired version into an archive beside the others.", [center, version, reason], async (pipeline, host, parsed, cancellationToken) =>
        {
            StagedVersion archived = await pipeline.PutAway.ArchiveAsync(parsed.GetRequiredValue(center), parsed.GetRequiredValue(version), new StageOrder(CommandAudit.Who, parsed.GetValue(reason)), cancellationToken);
            host.Show(archived, console => console.WriteLine($"{archived.Version} is archived."));
            return ExitCode.Done;
        });
    }

    private static Command CreatePolicy()
    {
        Argument<string> center = Center();
        Argument<string> policy = new("policy") { HelpName = "POLICY", Description = "auto (into production at once), canary (on trial first), manual (it waits for a person), or default (what the setting Gate:Policy says)." };
        policy.AcceptOnlyFromAmong("auto", "canary", "manual", "default");
        return Verb("policy", "Say what becomes of a tech center's candidates that pass the gate.", [center, policy], async (pipeline, host, parsed, cancellationToken) =>
        {
            PromotionPolicy? chosen = Enum.TryParse(parsed.GetRequiredValue(policy), ignoreCase: true, out PromotionPolicy named) ? named : null;
            CenterStages stages = await pipeline.Versions.SetPolicyAsync(parsed.GetRequiredValue(center), chosen, cancellationToken);
            host.Show(new { stages.TechCenter, stages.Policy }, console => console.WriteLine($"The policy of {ConsoleText.TechCenter(stages.TechCenter)} is {parsed.GetRequiredValue(policy)}."));
            return ExitCode.Done;
        });
    }

    private static Command Verb(string name, string description, Symbol[] symbols, Func<LocalPipeline, CommandHost, ParseResult, CancellationToken, Task<int>> run)
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<bool> json = CommandOptions.Json();
        Command command = new(name, description);
        foreach (Symbol symbol in symbols.Append(data).Append(json))
        {
            if (symbol is Argument argument)
            {
                command.Arguments.Add(argument);
            }
            else
            {
                command.Options.Add((Option)symbol);
            }
        }

        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), NothingChanged, async host =>
        {
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(DataFolder.Choose(parsed.GetValue(data)), CommandHost.Settings(), cancellationToken);
            if (name is not ("list" or "show" or "compare"))
            {
                await pipeline.Modes.RequireAsync(changes: true, cancellationToken);
            }

            return await run(pipeline, host, parsed, cancellationToken);
        }, cancellationToken));
        return command;
    }

    private static Argument<string> Center() => new("tech-center") { HelpName = "CENTER", Description = "The tech center's name, or its folder's." };

    private static Argument<string> Version(string description, string name = "VERSION") => new(name.ToLowerInvariant()) { HelpName = name, Description = description };

    private static Option<string?> Reason() => CommandOptions.Text("--reason", "Why; it is kept with the change.", "TEXT");

    private static Option<bool> Force() => new("--force") { Description = "Do it though the gate refused the version; needs --reason." };

    private static Option<bool> Later() => new("--no-predict") { Description = "Leave the predictions to the next 'predict'." };

    private static async Task<int> ChangedAsync(LocalPipeline pipeline, CommandHost host, StageResult result, bool later, CancellationToken cancellationToken)
    {
        IReadOnlyList<PredictionOutcome> predicted = later ? [] : await ConsoleProgress.RunAsync(progress => pipeline.Modes.DoAsync(token => pipeline.Predict.RunAsync(result.TechCenter, progress, cancellationToken: token), cancellationToken));
        host.Show(new { result.TechCenter, result.Version, result.Stage, result.Production, result.Previous, result.Canary, predicted = predicted.Sum(p => p.Predicted) }, console =>
        {
            console.WriteLine($"{result.Version} of {ConsoleText.TechCenter(result.TechCenter)} is {Word(result.Stage)}. In production: {result.Production ?? "none"}; previous: {result.Previous ?? "none"}; on trial: {result.Canary ?? "none"}.");
            foreach (PredictionOutcome outcome in predicted)
            {
                console.WriteLine($"{ConsoleText.Count(outcome.Predicted, "incident")} predicted anew. {outcome.Detail}");
            }
        });
        return predicted.Any(p => p.Failed) ? ExitCode.Failed : ExitCode.Done;
    }

    private static async Task<int> RollBackAllAsync(LocalPipeline pipeline, CommandHost host, StageOrder order, bool later, CancellationToken cancellationToken)
    {
        RollbackOfAll done = await pipeline.RollBackAll.RunAsync(order, cancellationToken);
        IReadOnlyList<PredictionOutcome> predicted = later || done.Changed.Count == 0 ? [] : await ConsoleProgress.RunAsync(progress => pipeline.Modes.DoAsync(token => pipeline.Predict.RunAsync(techCenter: null, progress, cancellationToken: token), cancellationToken));
        host.Show(new { done.Changed, done.Unchanged, done.Failed, predicted = predicted.Sum(p => p.Predicted) }, console =>
        {
            foreach (StageResult result in done.Changed)
            {
                console.WriteLine($"{result.Production} of {ConsoleText.TechCenter(result.TechCenter)} is in production again.");
            }

            console.WriteLine($"{ConsoleText.Count(done.Changed.Count, "tech center")} rolled back, {ConsoleText.Number(done.Unchanged.Count)} without a version before; {ConsoleText.Count(predicted.Sum(p => p.Predicted), "incident")} predicted anew.");
            foreach (RollbackFailure failure in done.Failed)
            {
                CommandHost.Tell($"{failure.TechCenter}: {failure.Problem}");
            }
        });
        return done.Failed.Count > 0 || predicted.Any(p => p.Failed) ? ExitCode.Failed : ExitCode.Done;
    }

    private static void WriteList(IAnsiConsole console, IReadOnlyList<TechCenterModels> centers)
    {
        ConsoleTable table = new("Tech center", "#Version", "Stage", "Gate", "#Incidents", "#Clusters", "#Unclustered", "?#Published");
        foreach (TechCenterModels center in centers)
        {
            foreach (PublishedModel model in center.Versions)
            {
                table.Add(
                    ConsoleText.TechCenter(center.TechCenter),
                    model.Version,
                    model.Percent is int percent ? string.Create(CultureInfo.InvariantCulture, $"{Word(model.Stage)} {percent} %") : Word(model.Stage),
                    model.Passed switch { true => "passed", false => "refused", _ => "not tested" },
                    ConsoleText.Number(model.Incidents),
                    ConsoleText.Number(model.Clusters),
                    ConsoleText.Number(model.Unclustered),
                    model.PublishedAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
            }

            foreach (DamagedModel damaged in center.Damaged)
            {
                table.Add(ConsoleText.TechCenter(center.TechCenter), damaged.Version, "damaged", "", "", "", "", "");
            }

            foreach (ArchivedModel archived in center.Archived)
            {
                table.Add(ConsoleText.TechCenter(center.TechCenter), archived.Version, archived.Since is DateTimeOffset since ? string.Create(CultureInfo.InvariantCulture, $"archived {since:yyyy-MM-dd}") : "archived", "", "", "", "", "");
            }
        }

        table.Write(console, 0);
    }

    private static void WriteDetails(IAnsiConsole console, VersionDetails details)
    {
        ModelManifest manifest = details.Manifest;
        console.WriteLine($"{manifest.Version} of {ConsoleText.TechCenter(manifest.TechCenter)} is {Word(details.Staged.Stage)}. It continues {manifest.PreviousVersion ?? "no version"}.");
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"It learned from {manifest.Incidents:N0} incidents from {manifest.Window.From:yyyy-MM-dd} to {manifest.Window.Until.AddDays(-1):yyyy-MM-dd}, and knows {manifest.ProblemCount} problems in {manifest.Clusters} clusters; {manifest.Unclustered:N0} incidents belong to none."));
        if (details.Validation is ModelValidation validation)
        {
            ConsoleTable table = new("Test", "Passed", "Measured", "What is wrong");
            foreach (GateTest test in validation.Tests)
            {
                table.Add(test.Name, test.Passed ? "yes" : "NO", string.Join(", ", test.Metrics.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Key} {m.Value:0.###}"))), ConsoleText.Line(string.Join(' ', test.Errors.Concat(test.Warnings))));
            }

            table.Write(console, 0);
        }

        foreach (StageChange change in details.History)
        {
            console.WriteLine(ConsoleText.Line(change.Version.Length == 0 ? $"all versions  {change.Who}: {change.Why}"
                : string.Create(CultureInfo.InvariantCulture, $"{change.At:yyyy-MM-dd HH:mm:ss}  {Word(change.From)} -> {Word(change.To)}  {change.Who}: {change.Why}")));
        }
    }

    private static void WriteComparison(IAnsiConsole console, VersionComparison comparison)
    {
        ConsoleTable quality = new("Measure", $"#{comparison.A.Version}", $"#{comparison.B.Version}");
        foreach ((string name, Func<ComparedVersion, double?> value) in new (string, Func<ComparedVersion, double?>)[]
        {
            ("incidents", v => v.Metrics.Incidents), ("problems", v => v.Problems), ("clusters", v => v.Metrics.Clusters), ("noise", v => v.Metrics.NoiseShare),
            ("dbcv", v => v.Metrics.Dbcv), ("stability", v => v.Metrics.Stability), ("persistence", v => v.Metrics.MeanPersistence),
        })
        {
            quality.Add(name, Figure(value(comparison.A)), Figure(value(comparison.B)));
        }

        quality.Write(console, 0);
        console.WriteLine(string.Join(", ", comparison.Counts.OrderBy(c => c.Key).Select(c => $"{ConsoleText.Number(c.Value)} {Word(c.Key)}")) + ".");
        console.WriteLine($"{ConsoleText.Count(comparison.Changed, "incident")} of {ConsoleText.Number(comparison.Incidents)} would change their problem.");
        ConsoleTable clusters = new("Change", "#Id", "Cluster", "#Incidents", "From");
        foreach (ChangedCluster cluster in comparison.Clusters.Where(c => c.Kind != ClusterChangeKind.Kept))
        {
            clusters.Add(Word(cluster.Kind), ConsoleText.Number(cluster.Id), ConsoleText.Line(cluster.Label), ConsoleText.Number(cluster.Incidents), string.Join(", ", cluster.Related));
        }

        clusters.Write(console, 0);
    }

    private static string Figure(double? value) => value?.ToString("0.####", CultureInfo.InvariantCulture) ?? "";

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
