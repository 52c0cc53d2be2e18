using Pipeline.LocalHost;

namespace Pipeline.Cli;

/// <summary>The files that a run writes besides its data folder.</summary>
/// <param name="Assignments">Each incident's cluster as CSV; null for none.</param>
/// <param name="Report">A copy of the HTML report; null for none.</param>
internal sealed record RunOutputs(string? Assignments = null, string? Report = null)
{
    /// <summary>Makes the files' folders and tries to write there, so that no long run ends with a result that has no place.</summary>
    /// <exception cref="CommandException">A file cannot be written; the message names its option.</exception>
    public void Check()
    {
        foreach ((string? path, string option) in new[] { (Assignments, "--assignments"), (Report, "--report") })
        {
            if (path is not null)
            {
                AtomicFile.Check(path, option);
            }
        }
    }
}
