using Microsoft.Extensions.DependencyInjection;
using Pipeline.Triggers;

namespace Pipeline.LocalHost;

/// <summary>The adapters of every command: those that the settings name, with what is local in the data folder.</summary>
internal static class LocalAdapters
{
    /// <summary>Adds them; reads and checks their settings, but opens nothing yet.</summary>
    /// <exception cref="CommandException">A setting is missing or wrong; the message names it and where to set it.</exception>
    public static IServiceCollection Add(IServiceCollection services, PipelineSettings settings, string dataFolder)
    {
        try
        {
            return services.AddAdapters(settings.Configuration, dataFolder, settings.Training.MaxDegreeOfParallelism);
        }
        catch (SettingException e)
        {
            throw new CommandException(e.Message, ExitCode.WrongUsage, e);
        }
    }
}
