using System.CommandLine;
using Pipeline.Bench;

RootCommand root = new("Measures the pipeline and its clustering library.")
{
    QualityCommand.Create(),
    LoadCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
