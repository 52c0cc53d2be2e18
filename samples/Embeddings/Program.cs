using Microsoft.Extensions.AI;
using Pipeline.Adapters.Local;
using Pipeline.Samples.Embeddings;

// A text a line: those beside this program, or a file that is named.
string[] texts = await File.ReadAllLinesAsync(args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "texts.txt"));

// Any embedder of Microsoft.Extensions.AI does; this one needs no network. It was made of the sentence model all-MiniLM-L6-v2 and gives 256 numbers a text.
using IEmbeddingGenerator<string, Embedding<float>> embedder = new StaticEmbedder();
await EmbeddedTexts.RunAsync(texts, embedder);
