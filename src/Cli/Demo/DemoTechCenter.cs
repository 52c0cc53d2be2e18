namespace Pipeline.Cli.Demo;

/// <summary>One tech center of the demo company.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Size">Its incidents, relative to the other centers. Positive.</param>
/// <param name="Problems">Its recurring problems.</param>
internal sealed record DemoTechCenter(string Name, int Size, IReadOnlyList<DemoProblem> Problems);
