namespace Pipeline.Intake;

/// <summary>How far an import has come. The file is read twice: once to find the newest version of each number, once to store.</summary>
/// <param name="Rows">Rows stored or rejected so far.</param>
/// <param name="Share">The share of the whole work that is done, 0 to 1.</param>
public sealed record IntakeProgress(int Rows, double Share);
