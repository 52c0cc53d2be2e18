namespace Pipeline.Models;

/// <summary>A group of related clusters.</summary>
/// <param name="Id">Its id, kept by later versions while most of its clusters stay together.</param>
/// <param name="Name">Its name.</param>
/// <param name="Size">Training incidents that belong to it.</param>
public sealed record ModelDomain(int Id, string Name, int Size);
