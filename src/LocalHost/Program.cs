using System.CommandLine;
using System.Text;
using Pipeline.LocalHost.Commands;

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
RootCommand root = new("Pipeline turns incidents into named problem clusters and keeps them current.")
{
    DemoCommand.Create(),
    RunCommand.Create(),
    StepCommands.CreatePreprocess(),
    StepCommands.CreateTrain(),
    StepCommands.CreatePredict(),
    MonitorCommands.CreateStatus(),
    MonitorCommands.CreateValidate(),
};
ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    return CommandHost.Refuse(parsed);
}

// A step that is under way when the user stops the program may take some seconds to its end.
return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
