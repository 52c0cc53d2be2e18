using System.CommandLine;
using System.Text;
using Pipeline.LocalHost;
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
    ServeCommand.Create(),
};
ParseResult parsed = root.Parse(args);
InvocationConfiguration invocation = new() { EnableDefaultExceptionHandler = false };
if (parsed.CommandResult.Command.Name is ServeCommand.Name)
{
    invocation.ProcessTerminationTimeout = ServeCommand.LongestStop;
}

int exitCode = await parsed.InvokeAsync(invocation);
return parsed.Errors.Count > 0 ? ExitCode.WrongUsage : exitCode;
