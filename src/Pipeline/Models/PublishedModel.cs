namespace Pipeline.Models;

/// <summary>What is known of one published model version.</summary>
/// <param name="Version">Its name.</param>
/// <param name="PreviousVersion">The version whose cluster ids it continues; null for the first.</param>
/// <param name="PublishedAt">When it was published, in UTC.</param>
/// <param name="WindowFrom">The first instant that it learned from, in UTC.</param>
/// <param name="WindowUntil">The first instant after its window, in UTC.</param>
/// <param name="Embedder">The embedder whose vectors it understands.</param>
/// <param name="Incidents">Incidents that it learned from.</param>
/// <param name="Clusters">Clusters that it found.</param>
/// <param name="Unclustered">Incidents that belong to none of them.</param>
/// <param name="LibraryVersion">The version of the clustering library.</param>
/// <param name="Path">Its folder in the object store.</param>
public sealed record PublishedModel(
    string Version,
    string? PreviousVersion,
    DateTimeOffset PublishedAt,
    DateTimeOffset WindowFrom,
    DateTimeOffset WindowUntil,
    string Embedder,
    int Incidents,
    int Clusters,
    int Unclustered,
    string LibraryVersion,
    string Path);
