using Microsoft.Extensions.DependencyInjection;
using Pipeline.Reporting;
using Pipeline.Triggers;

namespace Pipeline.LocalHost;

/// <summary>The composition of every command and of the host: the adapters that the settings name, and the use cases over them.</summary>
internal static class LocalPipelineServices
{
    /// <summary>Adds the pipeline of a data folder. Reads and checks all settings; nothing is opened before it is first used.</summary>
    /// <param name="services">Where it is added.</param>
    /// <param name="folder">The opened folder; whoever opened it closes it.</param>
    /// <param name="settings">The settings.</param>
    public static IServiceCollection AddLocalPipeline(this IServiceCollection services, DataFolder folder, PipelineSettings settings) => services
        .AddSingleton(folder)
        .AddAdapters(settings.Configuration, folder.Path)
        .AddPipeline(settings.Configuration)
        .AddSingleton<ReportBuilder>();
}
