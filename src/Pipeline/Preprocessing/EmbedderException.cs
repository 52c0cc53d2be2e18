using Microsoft.Extensions.AI;

namespace Pipeline.Preprocessing;

/// <summary>The embedder cannot be reached, or does not do what it is configured for. The message is written for people and quotes no incident.</summary>
public class EmbedderException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The embedder refused some texts for what they are, and embedded the others.</summary>
public sealed class TextsRefusedException : EmbedderException
{
    /// <summary>Tells what was refused and what was made.</summary>
    /// <param name="made">The embedding of each text in the order asked for; null where it was refused.</param>
    /// <param name="refused">Why, by the place of each refused text; at least one.</param>
    public TextsRefusedException(IReadOnlyList<Embedding<float>?> made, IReadOnlyDictionary<int, string> refused)
        : base($"The embedder refused {refused?.Count} of {made?.Count} texts: {refused?.OrderBy(r => r.Key).FirstOrDefault().Value}")
    {
        ArgumentNullException.ThrowIfNull(made);
        ArgumentNullException.ThrowIfNull(refused);
        Made = made;
        Refused = refused;
    }

    /// <summary>The embedding of each text in the order asked for; null where it was refused.</summary>
    public IReadOnlyList<Embedding<float>?> Made { get; }

    /// <summary>Why, by the place of each refused text.</summary>
    public IReadOnlyDictionary<int, string> Refused { get; }
}
