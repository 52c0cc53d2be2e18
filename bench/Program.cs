using System.CommandLine;
using Pipeline.Bench;
using Pipeline.Bench.Faults;

RootCommand root = new("Measures the pipeline and its clustering library.")
{
    QualityCommand.Create(),
    QualitySuiteCommand.Create(),
    StabilityCommand.Create(),
    ReliabilityCommand.Create(),
    ProblemsCommand.Create(),
    EmbedderCommand.Create(),
    HdbscanCommand.Create(),
    UmapCommand.Create(),
    UmapHdbscanCommand.Create(),
    UmapRecallCommand.Create(),
    EmbedClusterCommand.Create(),
    BirchCommand.Create(),
    DbscanCommand.Create(),
    PredictCommand.Create(),
    LimitCommand.Create(),
    PassCommand.Create(),
    LoadCommand.Create(),
    DeskCommand.Create(),
    UploadCommand.Create(),
    TableCommand.Create(),
    MaskCommand.Create(),
    TrendsCommand.Create(),
    GateCommand.Create(),
    ForecastCommand.Create(),
    SeriesCommand.Create(),
    SearchCommand.Create(),
    DriftCommand.Create(),
    WatchCommand.Create(),
    StreamLoadCommand.Create(),
    EmergingCommand.Create(),
    EmergingLabelsCommand.Create(),
    AtSizeCommand.Create(),
    StartCommand.Create(),
    FaultsCommand.Create(),
    AuditCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
