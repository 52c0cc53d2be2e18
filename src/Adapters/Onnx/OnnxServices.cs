using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Adapters.Onnx;

/// <summary>Adds the embedder that runs a sentence model on this machine.</summary>
public static class OnnxServices
{
    /// <summary>The setting that names the folder of the model.</summary>
    public const string FolderSetting = "Onnx:ModelFolder";

    /// <summary>Adds the embedder. The setting is checked at once; the model is loaded when it is first asked for.</summary>
    /// <param name="services">Where it is added.</param>
    /// <param name="configuration">The settings.</param>
    /// <param name="maxDegreeOfParallelism">How many threads may be used; 0 for all processors.</param>
    /// <exception cref="SettingException"><c>Onnx:ModelFolder</c> is missing or names a folder without the model's files.</exception>
    public static IServiceCollection AddOnnxEmbedder(this IServiceCollection services, IConfiguration configuration, int maxDegreeOfParallelism = 0)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        string? folder = configuration[FolderSetting]?.Trim();
        if (string.IsNullOrEmpty(folder))
        {
            throw new SettingException(FolderSetting, $"is missing; it names the folder that holds {OnnxEmbedder.ModelFile} and {OnnxEmbedder.VocabularyFile} of a sentence model.");
        }

        foreach (string file in (string[])[OnnxEmbedder.ModelFile, OnnxEmbedder.VocabularyFile])
        {
            if (!File.Exists(Path.Combine(folder, file)))
            {
                throw new SettingException(FolderSetting, $"is '{folder}', which has no {file}. It must hold {OnnxEmbedder.ModelFile} and {OnnxEmbedder.VocabularyFile} of a sentence model.");
            }
        }

        return services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(_ => OnnxEmbedder.Load(folder, maxDegreeOfParallelism));
    }
}
