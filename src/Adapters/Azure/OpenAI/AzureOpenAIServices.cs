using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Preprocessing;
using Pipeline.Training;

namespace Pipeline.Adapters.Azure.OpenAI;

/// <summary>Adds what Azure OpenAI serves. The settings are checked at once; nothing is sent before it is first used.</summary>
public static class AzureOpenAIServices
{
    /// <summary>Adds the embedder.</summary>
    /// <exception cref="SettingException">A setting under <c>AzureOpenAI</c> is missing or wrong.</exception>
    public static IServiceCollection AddAzureOpenAIEmbedder(this IServiceCollection services, IConfiguration configuration)
    {
        AzureOpenAIOptions options = Read(configuration);
        options.ValidateEmbedding();
        return services.AddConnection(options, configuration)
            .AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(s => new AzureOpenAIEmbedder(s.GetRequiredService<AzureOpenAIConnection>(), Clock(s)));
    }

    /// <summary>Adds the labeller.</summary>
    /// <exception cref="SettingException">A setting under <c>AzureOpenAI</c> is missing or wrong.</exception>
    public static IServiceCollection AddAzureOpenAILabeller(this IServiceCollection services, IConfiguration configuration)
    {
        AzureOpenAIOptions options = Read(configuration);
        options.ValidateNaming();
        return services.AddConnection(options, configuration).AddSingleton<IClusterLabeller>(s => new AzureOpenAILabeller(
            s.GetRequiredService<AzureOpenAIConnection>(),
            s.GetService<Masker>() ?? new Masker(MaskingRules.Default),
            Clock(s),
            s.GetService<ILogger<AzureOpenAILabeller>>() ?? NullLogger<AzureOpenAILabeller>.Instance));
    }

    private static IServiceCollection AddConnection(this IServiceCollection services, AzureOpenAIOptions options, IConfiguration configuration)
    {
        services.TryAddSingleton(_ => new AzureOpenAIConnection(options, configuration));
        return services;
    }

    private static TimeProvider Clock(IServiceProvider services) => services.GetService<TimeProvider>() ?? TimeProvider.System;

    private static AzureOpenAIOptions Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        try
        {
            return configuration.GetSection(AzureOpenAIOptions.Section).Get<AzureOpenAIOptions>() ?? new AzureOpenAIOptions();
        }
        catch (InvalidOperationException e)
        {
            throw new SettingException(AzureOpenAIOptions.Section, $"cannot be read: {e.Message}", e);
        }
    }
}
