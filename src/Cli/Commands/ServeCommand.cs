using System.CommandLine;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Audit;
using Pipeline.LocalHost;
using Pipeline.LocalHost.Hosting;
using Pipeline.LocalHost.Hosting.Functions;
using Pipeline.LocalHost.Hosting.Http;
using Pipeline.LocalHost.Hosting.Page;
using Pipeline.Storage;
using Pipeline.Triggers;

namespace Pipeline.Cli.Commands;

/// <summary><c>serve</c>: runs the functions of the Azure app in this process until it is stopped.</summary>
internal static class ServeCommand
{
    public const string Name = "serve";

    /// <summary>How long a stop may take at most, whatever the settings say.</summary>
    public static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(610);

    public static Command Create()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<int?> port = new("--port") { Description = "The port to listen on; 0 takes a free one. Default: 7071, or the setting Host:Port.", HelpName = "N" };
        Option<bool> development = new("--development") { Description = "Answer without keys. Also on where AZURE_FUNCTIONS_ENVIRONMENT is Development." };
        Command command = new(Name, "Run everything in this process: the schedules, the API and the desk, until it is stopped.") { data, port, development };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(json: false, "The host had not started.", async _ =>
        {
            PipelineSettings pipelineSettings = CommandHost.Settings();
            IConfiguration configuration = pipelineSettings.ForReferences();
            HostSettings settings = HostSettings.Read(pipelineSettings.Configuration);
            settings = settings with { Port = parsed.GetValue(port) ?? settings.Port, Development = settings.Development || parsed.GetValue(development) };
            settings.Validate();
            await RunAsync(DataFolder.Choose(parsed.GetValue(data), DataFolder.Root), settings, pipelineSettings, configuration, cancellationToken);
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static async Task RunAsync(string folder, HostSettings settings, PipelineSettings pipelineSettings, IConfiguration configuration, CancellationToken cancellationToken)
    {
        using DataFolder opened = DataFolder.Open(folder);
        if (pipelineSettings.KeepsAllInFolder)
        {
            opened.RequireWarehouseOfModels();
        }

        (HostKeys keys, bool areNew) = await HostKeys.OpenAsync(opened.Keys, cancellationToken);
        HostJson hostJson = HostJson.Read(Path.Combine(AppContext.BaseDirectory, "host.json"));
        await using WebApplication app = FunctionHost.Build(new FunctionHostParts
        {
            Functions = FunctionCatalog.TypesOf(typeof(PipelineServices).Assembly),
            Settings = settings,
            HostJson = hostJson,
            Configuration = configuration,
            Keys = keys,
            Tokens = opened.Tokens,
            StatePath = opened.HostState,
            JournalPath = opened.Orchestrations,
            Services = services => services.AddLocalPipeline(opened, pipelineSettings).AddSingleton(hostJson).AddSingleton<StatusBoard>().AddSingleton<NewestReport>().AddSingleton<HostPage>(),
        });
        await app.Services.GetRequiredService<IWarehouse>().InitializeAsync(cancellationToken);
        app.Services.GetRequiredService<HostPage>().Map(app);
        if (areNew)
        {
            await app.Services.GetRequiredService<AuditLog>().NoteAsync(new AuditNote(CommandAudit.Who, AuditActions.KeyIssue, string.Join(", ", keys.FunctionKeys.Keys.Prepend(HostKeys.MasterName)), AuditOutcome.Done) { Via = AuditWay.CommandLine });
        }

        await FunctionHost.StartAsync(app, cancellationToken);
        Tell(app, opened, hostJson, settings, areNew ? keys : null);
        await app.WaitForShutdownAsync(cancellationToken);
        Console.Out.WriteLine("Stopped.");
    }

    private static void Tell(WebApplication app, DataFolder folder, HostJson hostJson, HostSettings settings, HostKeys? newKeys)
    {
        FunctionCatalog catalog = app.Services.GetRequiredService<FunctionCatalog>();
        string address = app.Urls.First();
        Console.Out.WriteLine($"Desk         {address}/");
        Console.Out.WriteLine($"API          {address}/{hostJson.RoutePrefix}");
        Console.Out.WriteLine($"Data folder  {folder.Path}");
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Functions    {catalog.Http.Count} by HTTP, {catalog.Timers.Count} by the clock, {catalog.Blobs.Count} by new objects, {catalog.Orchestrations.Count} by orchestration with {catalog.Activities.Count} activities"));
        if (settings.Development)
        {
            Console.Out.WriteLine("Keys         none are asked for, since this is development");
        }

        if (newKeys is not null && !settings.Development)
        {
            Console.Out.WriteLine($"These keys were made just now and are shown this once. They are kept in {folder.Keys}.");
            Console.Out.WriteLine($"Function key {newKeys.FunctionKeys[HostKeys.DefaultName]}");
            Console.Out.WriteLine($"Master key   {newKeys.MasterKey}");
        }

        Console.Out.WriteLine("Stop with Ctrl+C.");
        Console.Out.Flush();
    }
}
