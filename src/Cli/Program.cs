using System.CommandLine;
using System.Text;
using Pipeline.Cli;
using Pipeline.Cli.Commands;

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
RootCommand root = new("Pipeline turns incidents into named problems and keeps them current.")
{
    DemoCommand.Create(),
    RunCommand.Create(),
    ImportCommand.Create(),
    DatasetCommand.Create(),
    PullCommand.Create(),
    StepCommands.CreatePreprocess(),
    StepCommands.CreateTrain(),
    StepCommands.CreatePredict(),
    ModelCommands.Create(),
    RunsCommands.Create(),
    TuneCommand.Create(),
    RetentionCommands.CreateArchive(),
    RetentionCommands.CreateErase(),
    RetentionCommands.CreateRetain(),
    ProblemsCommand.Create(),
    CorrectionCommands.Create(),
    ForecastCommand.Create(),
    SearchCommand.Create(),
    MonitorCommands.CreateStatus(),
    MonitorCommands.CreateValidate(),
    MonitorCommands.CreateProbe(),
    DriftCommand.Create(),
    AlertCommands.Create(),
    ReportCommands.Create(),
    StreamCommands.Create(),
    ModeCommands.CreateHalt(),
    ModeCommands.CreateReadOnly(),
    ModeCommands.CreateResume(),
    BackupCommands.CreateBackup(),
    BackupCommands.CreateList(),
    BackupCommands.CreateRestore(),
    DrillCommand.Create(),
    TokenCommands.Create(),
    KeyCommands.Create(),
    AuditCommands.Create(),
    ServeCommand.Create(),
};
ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    return CommandHost.Refuse(parsed);
}

if (ProgramName.IsHelp(parsed))
{
    return await ProgramName.HelpAsync(parsed, Console.Out);
}

// What is under way when the user stops the program may take some time to its end.
bool serves = parsed.CommandResult.Command.Name is ServeCommand.Name || parsed.GetResult("--open") is not null;
return await CommandAudit.RunAsync(parsed, () => parsed.InvokeAsync(new InvocationConfiguration
{
    EnableDefaultExceptionHandler = false,
    ProcessTerminationTimeout = serves ? ServeCommand.LongestStop : TimeSpan.FromSeconds(30),
}));
