namespace Pipeline.Clustering;

/// <summary>A word or phrase that sets a cluster apart.</summary>
/// <param name="Term">One to three lower-case words with single spaces between them; "not" belongs to the word after it.</param>
/// <param name="Weight">Its class-based TF-IDF weight, above 0.</param>
public sealed record Keyword(string Term, double Weight);
