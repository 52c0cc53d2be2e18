using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Pipeline.Access;
using Pipeline.Keys;
using Pipeline.LocalHost.Durable;
using Pipeline.LocalHost.Hosting.Blobs;
using Pipeline.LocalHost.Hosting.Functions;
using Pipeline.LocalHost.Hosting.Http;
using Pipeline.LocalHost.Hosting.Invocations;
using Pipeline.LocalHost.Hosting.State;
using Pipeline.LocalHost.Hosting.Telemetry;
using Pipeline.LocalHost.Hosting.Timers;
using Pipeline.LocalHost.Hosting.Tls;
using Pipeline.LocalHost.Hosting.Tokens;
using Pipeline.Storage;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Hosting;

/// <summary>Builds the process that runs functions: HTTP on Kestrel, timers, and blob triggers where there is an object store.</summary>
internal static class FunctionHost
{
    /// <summary>Finds and checks the functions and builds the host, which is not started yet.</summary>
    /// <exception cref="CommandException">A function or a setting cannot be used; the message lists what is wrong.</exception>
    public static WebApplication Build(FunctionHostParts parts)
    {
        parts.Settings.Validate();
        FunctionCatalog catalog = FunctionCatalog.Discover(parts.Functions, parts.Configuration);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = parts.Settings.Development ? "Development" : "Production" });
        AddLogging(builder.Logging, parts.Configuration);
        AddHost(builder.Services, parts, catalog);
        AddAccess(builder.Services, parts);
        AddServer(builder, parts.Settings, parts.Tls);
        HostTelemetry.Add(builder.Services, parts.Configuration);
        parts.Services(builder.Services);
        if (WorkOf(parts).HasFlag(HostWork.Triggers) && builder.Services.Any(s => s.ServiceType == typeof(IObjectStore)))
        {
            builder.Services.AddSingleton<BlobTriggers>().AddHostedService(services => services.GetRequiredService<BlobTriggers>());
        }

        WebApplication app = builder.Build();
        catalog.CheckConstructors(app.Services.GetRequiredService<IServiceProviderIsService>());
        if (parts.KeysPath is not { } path || File.Exists(path))
        {
            parts.Keys.RequireAll(app.Services.GetRequiredService<AccessOptions>());
        }

        HostTelemetry.Begin(app.Services);
        RequestPipeline pipeline = app.Services.GetRequiredService<RequestPipeline>();
        app.UseRouting();
        app.Use(next => context => pipeline.InvokeAsync(context, next));
        app.Services.GetRequiredService<HttpTriggers>().Map(app, parts.HostJson.RoutePrefix);
        return app;
    }

    /// <summary>Starts the host.</summary>
    /// <exception cref="CommandException">The address cannot be listened on.</exception>
    public static async Task StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        HostSettings settings = app.Services.GetRequiredService<HostSettings>();
        bool isSecure = app.Services.GetRequiredService<TlsSettings>().IsOn;
        if (isSecure)
        {
            // One that cannot be used is told before the host listens.
            _ = app.Services.GetRequiredService<ServerCertificate>();
        }

        if (!settings.IsLoopback && !isSecure)
        {
            app.Logger.LogWarning(12, "Other machines reach this host at {Address}, port {Port}, without TLS: whoever is on the way reads keys and texts. Name a certificate with Tls:CertificatePath, or let a proxy with a certificate stand before it and name its name in Host:AllowedHosts", settings.Address, settings.Port);
        }

        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            // What was started before the server would go on while the host is disposed.
            await app.StopAsync(CancellationToken.None);
            throw new CommandException($"The host cannot listen on {settings.Address}, port {settings.Port}: {UserMessage.Sentence(e.InnerException ?? e)} Name another port with --port, or another address with the setting Host:Address.", ExitCode.Failed, e);
        }
    }

    /// <summary>Logs go to standard error, a line each, with the trace id of the request or timer that they belong to.</summary>
    public static void AddLogging(ILoggingBuilder logging, IConfiguration configuration)
    {
        logging.AddConfiguration(configuration.GetSection("Logging"));
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("DurableTask", LogLevel.Warning);
        logging.AddConsole(options => options.FormatterName = CorrelatedLines.FormatterName).AddConsoleFormatter<CorrelatedLines, ConsoleFormatterOptions>();
        logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        logging.Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static void AddServer(WebApplicationBuilder builder, HostSettings settings, TlsSettings tls)
    {
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = settings.MaxRequestBytes;
            LimitOptions limits = kestrel.ApplicationServices.GetRequiredService<LimitOptions>();
            kestrel.Limits.MaxConcurrentConnections = limits.Connections;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(limits.MinBytesPerSecond, TimeSpan.FromSeconds(limits.GraceSeconds));
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(limits.HeaderSeconds);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(limits.IdleSeconds);
            IPAddress address = IPAddress.Parse(settings.Address);
            if (!tls.IsOn)
            {
                kestrel.Listen(address, settings.Port);
                return;
            }

            ServerCertificate certificate = kestrel.ApplicationServices.GetRequiredService<ServerCertificate>();
            kestrel.Listen(address, settings.Port, listen => listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(certificate.Options()) }));
            if (tls.HttpPort != 0)
            {
                kestrel.Listen(address, tls.HttpPort);
            }
        });
        if (tls.IsOn)
        {
            builder.Services.AddSingleton<ServerCertificate>().AddSingleton<IDatedKeys>(provider => provider.GetRequiredService<ServerCertificate>());
        }

        builder.Services.AddRoutingCore();
        builder.Services.AddMvcCore();
        builder.Services.Configure<HostOptions>(options =>
        {
            options.ShutdownTimeout = TimeSpan.FromSeconds(settings.ShutdownSeconds);
            options.ServicesStopConcurrently = true;
        });
    }

    private static void AddAccess(IServiceCollection services, FunctionHostParts parts)
    {
        if (parts.Tokens is not null)
        {
            services.AddSingleton<ITokenVerifier>(new OwnTokens(parts.Tokens, parts.Clock));
        }

        services.AddSingleton<IAccessKeys>(provider => ActivatorUtilities.CreateInstance<HostKeyFile>(provider, parts.KeysPath ?? "", parts.Keys));
        services.AddAccess(parts.Configuration, new AccessMode(parts.Settings.Development));
    }

    private static void AddHost(IServiceCollection services, FunctionHostParts parts, FunctionCatalog catalog)
    {
        services.RemoveAll<IConfiguration>();
        services.AddSingleton(parts.Configuration);
        services.AddSingleton(parts.Clock);
        services.AddSingleton(parts.Settings);
        services.AddSingleton(parts.Tls);
        services.AddSingleton(catalog);
        services.AddSingleton(_ => new HostState(parts.StatePath));
        services.AddSingleton<InvocationLog>();
        services.AddSingleton<ProgressBoard>();
        services.AddSingleton<IProgress<PipelineProgress>>(provider => provider.GetRequiredService<ProgressBoard>());
        services.AddSingleton<FunctionInvoker>();
        services.AddSingleton<HttpTriggers>();
        services.AddSingleton<RequestPipeline>();
        services.AddSingleton(parts.Settings.Role);
        if (WorkOf(parts).HasFlag(HostWork.Orchestrations))
        {
            services.AddSingleton(new LocalOrchestrationOptions(parts.JournalPath) { MaxConcurrentActivities = parts.HostJson.MaxConcurrentActivities ?? Environment.ProcessorCount });
            services.AddSingleton<OrchestrationTriggers>().AddHostedService(provider => provider.GetRequiredService<OrchestrationTriggers>());
            services.AddSingleton(provider => provider.GetRequiredService<OrchestrationTriggers>().Client);
        }

        if (WorkOf(parts).HasFlag(HostWork.Triggers))
        {
            services.AddSingleton<TimerTriggers>().AddHostedService(provider => provider.GetRequiredService<TimerTriggers>());
        }
    }

    private static HostWork WorkOf(FunctionHostParts parts) => parts.Settings.Replica ? HostWork.None : parts.Work;
}
