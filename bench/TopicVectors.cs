using Microsoft.Extensions.AI;

namespace Pipeline.Bench;

/// <summary>Texts of a topic and a number, and vectors of the topic with noise in the place of an embedder: what is measured is the stream.</summary>
internal sealed class TopicVectors : IEmbeddingGenerator<string, Embedding<float>>
{
    private const float Noise = 0.4f;
    private readonly float[][] _topics;
    private readonly float[][] _noises;
    private readonly Dictionary<string, int> _numbers;

    public TopicVectors(int topics, int dimensions)
    {
        Random random = new(42);
        _topics = [.. Enumerable.Range(0, topics).Select(_ => Vector(random, dimensions))];
        _noises = [.. Enumerable.Range(0, 4_096).Select(_ => Vector(random, dimensions))];
        _numbers = Enumerable.Range(0, topics).ToDictionary(Word, topic => topic, StringComparer.Ordinal);
    }

    public string TextOf(int item) => $"{Word(Math.Abs(item * 7_919 % _topics.Length))} {Word(Math.Abs(item))}";

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(text =>
        {
            string[] words = text.Split(' ', 2);
            float[] topic = _topics[_numbers[words[0]]], noise = _noises[(uint)words[^1].Aggregate(17, (hash, c) => unchecked((hash * 31) + c)) % _noises.Length], vector = new float[topic.Length];
            for (int t = 0; t < vector.Length; t++)
            {
                vector[t] = topic[t] + (Noise * noise[t]);
            }

            return new Embedding<float>(vector);
        })));

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    // Letters only: numbers are masked.
    private static string Word(int number)
    {
        string word = "q";
        for (int rest = number; rest > 0; rest /= 20)
        {
            word += (char)('a' + (rest % 20));
        }

        return word;
    }

    private static float[] Vector(Random random, int dimensions)
    {
        float[] vector = [.. Enumerable.Range(0, dimensions).Select(_ => (float)Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * (float)Math.Cos(2 * Math.PI * random.NextDouble()))];
        float norm = MathF.Sqrt(vector.Sum(v => v * v));
        return [.. vector.Select(v => v / norm)];
    }
}
