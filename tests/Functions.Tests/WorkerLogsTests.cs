using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Pipeline.Functions.Tests;

[TestClass]
public sealed class WorkerLogsTests
{
    [TestMethod]
    [DataRow("Microsoft.AspNetCore.Hosting.Diagnostics")]
    [DataRow("Microsoft.AspNetCore.Routing.EndpointMiddleware")]
    [DataRow("Microsoft.AspNetCore.Http.Result.OkObjectResult")]
    [DataRow("Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore.AspNetMiddleware.FunctionsEndpointDataSource")]
    [DataRow("Azure.Core")]
    [DataRow("System.Net.Http.HttpClient")]
    public void Of_the_frameworks_only_warnings_and_worse_are_sent(string category)
    {
        ILogger logger = Logger(category);

        logger.IsEnabled(LogLevel.Information).ShouldBeFalse();
        logger.IsEnabled(LogLevel.Warning).ShouldBeTrue();
    }

    [TestMethod]
    public void The_pipelines_own_lines_are_sent() => Logger("Pipeline.Triggers.PredictFunctions").IsEnabled(LogLevel.Information).ShouldBeTrue();

    [TestMethod]
    public void The_rule_that_Application_Insights_brings_does_not_hold_back_the_pipelines_own_lines()
    {
        ServiceCollection services = new();
        services.AddApplicationInsightsTelemetryWorkerService();
        services.ConfigureFunctionsApplicationInsights();
        services.AddLogging(logging => logging.AddPipelineLevels());
        using ServiceProvider provider = services.BuildServiceProvider();

        provider.GetRequiredService<IOptions<LoggerFilterOptions>>().Value.Rules
            .ShouldNotContain(rule => rule.ProviderName != null && rule.ProviderName.Contains("ApplicationInsights", StringComparison.Ordinal));
    }

    private static ILogger Logger(string category)
    {
        ServiceCollection services = new();
        services.AddLogging(logging => logging.AddProvider(new Witness()).AddPipelineLevels());
        return services.BuildServiceProvider().GetRequiredService<ILoggerFactory>().CreateLogger(category);
    }

    private sealed class Witness : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
        }

        public void Dispose()
        {
        }
    }
}
