namespace Pipeline.Models;

/// <summary>A file of a model version as its manifest vouches for it.</summary>
/// <param name="Name">The file's name inside the version's folder.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hexadecimal.</param>
public sealed record ModelFile(string Name, long Size, string Sha256);
