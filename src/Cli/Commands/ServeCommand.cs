using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Access;
using Pipeline.Audit;
using Pipeline.LocalHost;
using Pipeline.LocalHost.Hosting;
using Pipeline.LocalHost.Hosting.Functions;
using Pipeline.LocalHost.Hosting.Http;
using Pipeline.LocalHost.Hosting.Page;
using Pipeline.LocalHost.Hosting.Tls;
using Pipeline.Models;
using Pipeline.Problems;
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
        Option<bool> replica = new("--replica") { Description = "Only read, beside a 'serve' that writes on the same stores: answer the API and the desk, change nothing. Also by the setting Host:Replica." };
        Option<bool> https = new("--https") { Description = "Refuse to start without a certificate (the settings under Tls). With one, HTTPS is spoken in any case." };
        Option<bool> open = new("--open") { Description = "Open the desk in the browser. Where there is none, its address is printed all the same." };
        Command command = new(Name, "Run everything in this process: the schedules, the API and the desk, until it is stopped.") { data, port, development, replica, https, open };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(json: false, "The host had not started.", async _ =>
        {
            PipelineSettings pipelineSettings = CommandHost.Settings();
            IConfiguration configuration = pipelineSettings.ForReferences();
            HostSettings settings = HostSettings.Read(pipelineSettings.Configuration);
            settings = settings with { Port = parsed.GetValue(port) ?? settings.Port, Development = settings.Development || parsed.GetValue(development), Replica = settings.Replica || parsed.GetValue(replica) };
            settings.Validate();
            TlsSettings tls = TlsSettings.Read(pipelineSettings.Configuration, parsed.GetValue(https));
            await RunAsync(DataFolder.Choose(parsed.GetValue(data), DataFolder.Root), settings, tls, pipelineSettings, configuration, parsed.GetValue(open), cancellationToken);
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    /// <summary>Serves a data folder without keys and opens the desk in the browser, until it is stopped. Where the port is taken, another one is used.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="pipelineSettings">The settings.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> ShowAsync(string folder, PipelineSettings pipelineSettings, CancellationToken cancellationToken)
    {
        HostSettings settings = HostSettings.Read(pipelineSettings.Configuration) with { Development = true, Replica = false };
        settings.Validate();
        settings = settings with { Port = IsTaken(settings) ? 0 : settings.Port };
        await RunAsync(folder, settings, TlsSettings.Read(pipelineSettings.Configuration, required: false), pipelineSettings, pipelineSettings.ForReferences(), open: true, cancellationToken);
        return ExitCode.Done;
    }

    private static bool IsTaken(HostSettings settings)
    {
        try
        {
            using TcpListener tried = new(IPAddress.Parse(settings.Address), settings.Port);
            tried.Start();
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static async Task RunAsync(string folder, HostSettings settings, TlsSettings tls, PipelineSettings pipelineSettings, IConfiguration configuration, bool open, CancellationToken cancellationToken)
    {
        using DataFolder opened = settings.Replica ? DataFolder.Beside(folder, settings.SecretsFolder) : DataFolder.Open(folder, settings.SecretsFolder);
        if (pipelineSettings.KeepsAllInFolder)
        {
            Require(opened, settings);
        }

        (HostKeys keys, bool areNew) = File.Exists(opened.Keys) || !(settings.Replica || settings.Development) ? await HostKeys.OpenAsync(opened.Keys, cancellationToken) : (WithoutKeys(opened, settings, configuration), false);
        bool areShown = false;
        try
        {
            await RunAsync(opened, settings, tls, pipelineSettings, configuration, keys, areNew, address => { areShown = true; OpenIf(open, address); }, cancellationToken);
        }
        finally
        {
            if (areNew && !areShown)
            {
                // The next start makes and shows others.
                File.Delete(opened.Keys);
            }
        }
    }

    private static async Task RunAsync(DataFolder opened, HostSettings settings, TlsSettings tls, PipelineSettings pipelineSettings, IConfiguration configuration, HostKeys keys, bool areNew, Action<string> onShown, CancellationToken cancellationToken)
    {
        await using WebApplication app = Build(opened, settings, tls, pipelineSettings, configuration, keys);
        if (!settings.Replica)
        {
            await app.Services.GetRequiredService<IWarehouse>().InitializeAsync(cancellationToken);
        }

        await using WriterWatch? turn = settings.Replica ? null : await WaitForTurnAsync(app, cancellationToken);
        await FunctionHost.StartAsync(app, cancellationToken);
        onShown(Tell(app, opened, settings, areNew ? keys : null));
        if (areNew)
        {
            await app.Services.GetRequiredService<AuditLog>().NoteAsync(new AuditNote(CommandAudit.Who, AuditActions.KeyIssue, string.Join(", ", keys.Names), AuditOutcome.Done) { Via = AuditWay.CommandLine });
        }

        Task warmed = WarmAsync(app);
        await app.WaitForShutdownAsync(cancellationToken);
        await warmed;
        if (turn?.Successor is string successor)
        {
            throw new CommandException($"{successor} has taken over the writing of the warehouse, since this process was not heard of for too long. Start it again: it waits until it is its turn.", ExitCode.Failed);
        }

        Console.Out.WriteLine("Stopped.");
    }

    // What to fix first is made once before anybody asks for it: the first viewer does not wait until its code is ready.
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Who asks is told why it cannot be made.")]
    private static async Task WarmAsync(WebApplication app)
    {
        try
        {
            CancellationToken stopping = app.Lifetime.ApplicationStopping;
            await Task.Yield();
            if ((await app.Services.GetRequiredService<ModelDirectory>().ListAsync(stopping)).Count > 0)
            {
                _ = JsonSerializer.SerializeToUtf8Bytes(await app.Services.GetRequiredService<RankProblems>().RunAsync(stopping), PipelineJson.Compact);
            }
        }
        catch (Exception)
        {
        }
    }

    /// <summary>The host with its functions and its page over a data folder; it is not started.</summary>
    /// <exception cref="CommandException">A function or a setting cannot be used.</exception>
    public static WebApplication Build(DataFolder folder, HostSettings settings, TlsSettings tls, PipelineSettings pipelineSettings, IConfiguration configuration, HostKeys keys, HostWork work = HostWork.All)
    {
        HostJson hostJson = HostJson.Read(Path.Combine(AppContext.BaseDirectory, "host.json"));
        WebApplication app = FunctionHost.Build(new FunctionHostParts
        {
            Functions = FunctionCatalog.TypesOf(typeof(PipelineServices).Assembly),
            Settings = settings,
            Tls = tls,
            HostJson = hostJson,
            Configuration = configuration,
            Keys = keys,
            KeysPath = folder.Keys,
            Tokens = folder.Tokens,
            StatePath = folder.HostState,
            JournalPath = folder.Orchestrations,
            Work = work,
            Services = services => services.AddLocalPipeline(folder, pipelineSettings).AddSingleton(hostJson).AddSingleton<StatusBoard>().AddSingleton<NewestReport>().AddSingleton<HostPage>(),
        });
        app.Services.GetRequiredService<HostPage>().Map(app);
        return app;
    }

    // Of several processes on one warehouse one writes; a warehouse in the data folder is locked with that.
    private static async Task<WriterWatch?> WaitForTurnAsync(WebApplication app, CancellationToken cancellationToken)
    {
        if (app.Services.GetService<IWriterLease>() is not IWriterLease lease)
        {
            return null;
        }

        await new StoreIdentity(app.Services.GetRequiredService<IObjectStore>(), lease).RequireAsync(cancellationToken);
        WriterWatch turn = await WriterWatch.WaitAsync(lease, app.Lifetime.StopApplication, Show, app.Logger, app.Services.GetRequiredService<TimeProvider>(), cancellationToken);
        Show($"Writer       {turn.Holder}");
        return turn;

        static void Show(string line)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }

    private static void Require(DataFolder folder, HostSettings settings)
    {
        if (!settings.Replica)
        {
            folder.RequireWarehouseOfModels();
        }
        else if (!File.Exists(folder.Warehouse))
        {
            throw new CommandException($"There is no warehouse '{folder.Warehouse}', and a replica makes none. Name the data folder of a 'serve' that writes with --data, or choose stores elsewhere with Warehouse:Kind and ObjectStore:Kind.", ExitCode.Failed);
        }
    }

    // Where tokens of an authority are taken, or no credential is asked for, a replica needs no keys.
    private static HostKeys WithoutKeys(DataFolder folder, HostSettings settings, IConfiguration configuration) =>
        settings.Development || File.Exists(folder.Tokens.KeyPath) || configuration.GetSection("Access").Get<AccessOptions>() is { TakesTokens: true }
            ? HostKeys.Unknown
            : throw new CommandException($"The keys '{folder.Keys}' are not there, and a replica makes none: it takes those of the instance that writes. Copy or mount that file, and name its folder in the setting Host:SecretsFolder; or take tokens of an authority (Access:Authority), or the host's own (token-key.pem in that folder).", ExitCode.Failed);

    private static void OpenIf(bool open, string address)
    {
        if (open && !DeskWindow.Open(address))
        {
            Console.Out.WriteLine($"There is no browser here that could be opened. The desk is at {address}");
            Console.Out.Flush();
        }
    }

    /// <summary>Tells where the host is and what it needs; gives the desk's address.</summary>
    private static string Tell(WebApplication app, DataFolder folder, HostSettings settings, HostKeys? newKeys)
    {
        HostJson hostJson = app.Services.GetRequiredService<HostJson>();
        FunctionCatalog catalog = app.Services.GetRequiredService<FunctionCatalog>();
        string address = app.Urls.OrderByDescending(url => url.StartsWith("https:", StringComparison.Ordinal)).First();
        Console.Out.WriteLine($"Desk         {address}/");
        Console.Out.WriteLine($"API          {address}/{hostJson.RoutePrefix}");
        Console.Out.WriteLine($"Data folder  {folder.Path}");
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Functions    {catalog.Http.Count} by HTTP, {catalog.Timers.Count} by the clock, {catalog.Blobs.Count} by new objects, {catalog.Orchestrations.Count} by orchestration with {catalog.Activities.Count} activities"));
        if (settings.Replica)
        {
            Console.Out.WriteLine($"Replica      it only reads; changes are made by {(settings.WriterUrl.Length > 0 ? settings.WriterUrl : "the 'serve' that writes on the same stores")}");
        }

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
        return $"{address}/";
    }
}
