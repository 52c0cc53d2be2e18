using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Storage;
using Pipeline.Triggers;

namespace Pipeline.LocalHost;

/// <summary>What function classes may take by their constructors.</summary>
internal static class LocalPipelineServices
{
    /// <summary>Registers the use cases, ports and options of an opened data folder. Whoever opened it closes it.</summary>
    public static IServiceCollection AddLocalPipeline(this IServiceCollection services, LocalPipeline pipeline, PipelineSettings settings)
    {
        foreach (Type port in WarehouseServices.Ports)
        {
            services.AddSingleton(port, pipeline.Warehouse);
        }

        return services
            .AddSingleton(pipeline.Folder)
            .AddSingleton(pipeline.Masker)
            .AddSingleton<IObjectStore>(pipeline.Objects)
            .AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(pipeline.Embedder)
            .AddSingleton(pipeline.Labeller)
            .AddSingleton(pipeline.Models)
            .AddSingleton(pipeline.Preprocess)
            .AddSingleton(pipeline.Trainer)
            .AddSingleton(pipeline.Predict)
            .AddSingleton(pipeline.Report)
            .AddSingleton(pipeline.Monitor)
            .AddSingleton(settings.Preprocessing)
            .AddSingleton(settings.Training)
            .AddSingleton(settings.Prediction);
    }
}
