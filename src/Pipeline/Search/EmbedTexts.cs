using System.Globalization;
using Pipeline.Preprocessing;
using Pipeline.Requests;

namespace Pipeline.Search;

/// <summary>The use case of whoever wants vectors: texts are masked as incidents are, and embedded as they are, so that the vectors can be held against theirs. Nothing is stored.</summary>
public sealed class EmbedTexts(PreprocessIncidents preprocess, EmbeddingCache embedder)
{
    /// <summary>The most texts of one request.</summary>
    public const int MostTexts = 256;

    private const int LongestText = 32_768;

    /// <summary>Answers a request.</summary>
    /// <exception cref="RequestException">There are no texts or too many, or one is empty, too long, or nothing is left of it.</exception>
    /// <exception cref="EmbedderException">The embedder does not answer.</exception>
    public async Task<EmbedResult> RunAsync(EmbedRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Texts is not { Count: > 0 and <= MostTexts } texts)
        {
            throw RequestException.Invalid("texts", string.Create(CultureInfo.InvariantCulture, $"There are {request.Texts?.Count ?? 0} texts; send 1 to {MostTexts} at once."));
        }

        if (texts.Index().FirstOrDefault(t => string.IsNullOrWhiteSpace(t.Item) || t.Item.Length > LongestText) is { Item: not null } wrong)
        {
            throw RequestException.Invalid(Field(wrong.Index), string.Create(CultureInfo.InvariantCulture, $"The text has {wrong.Item.Length} characters; send 1 to {LongestText}, not blanks alone."));
        }

        string[] masked = [.. texts.Select(text => preprocess.Summaries.Build([text]))];
        if (Array.FindIndex(masked, text => text.Length == 0) is >= 0 and int empty)
        {
            throw RequestException.Invalid(Field(empty), "Nothing is left of the text after cleaning.");
        }

        try
        {
            ReadOnlyMemory<float>[] vectors = [.. (await embedder.GenerateAsync(masked, cancellationToken: cancellationToken)).Select(e => e.Vector)];
            return new EmbedResult(preprocess.Embedder, vectors[0].Length, [.. masked.Zip(vectors, (text, vector) => new EmbeddedText(text, vector.ToArray()))]);
        }
        catch (TextsRefusedException e)
        {
            (int place, string reason) = e.Refused.OrderBy(r => r.Key).First();
            throw RequestException.Invalid(Field(place), reason);
        }
    }

    private static string Field(int place) => string.Create(CultureInfo.InvariantCulture, $"texts[{place}]");
}

/// <summary>Asks for vectors.</summary>
/// <param name="Texts">1 to 256 texts of up to 32,768 characters.</param>
public sealed record EmbedRequest(IReadOnlyList<string>? Texts = null);

/// <summary>The answer to an <see cref="EmbedRequest"/>.</summary>
/// <param name="Model">What made the vectors: those of other models cannot be held against them.</param>
/// <param name="Dimensions">The coordinates of each.</param>
/// <param name="Embeddings">One for each text, in order.</param>
public sealed record EmbedResult(string Model, int Dimensions, IReadOnlyList<EmbeddedText> Embeddings);

/// <summary>A text with its vector.</summary>
/// <param name="Text">The text as it was embedded: cleaned and masked.</param>
/// <param name="Vector">Its coordinates.</param>
public sealed record EmbeddedText(string Text, IReadOnlyList<float> Vector);
