namespace Pipeline.Preprocessing;

/// <summary>The embedder cannot be reached, or does not do what it is configured for. The message is written for people and quotes no incident.</summary>
public class EmbedderException(string message, Exception? inner = null) : Exception(message, inner);
