using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Adapters.Local;
using Pipeline.Functions;
using Pipeline.Storage;

FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services.AddApplicationInsightsTelemetryWorkerService().ConfigureFunctionsApplicationInsights();

// The adapters: everything behind them is the same in every host.
string folder = Path.GetFullPath(builder.Configuration["DataFolder"] ?? "pipeline-data");
builder.Services
    .AddSingleton<IWarehouse>(_ => new SqliteWarehouse(Path.Combine(folder, "warehouse.db")))
    .AddSingleton<IObjectStore>(_ => new FileObjectStore(Path.Combine(folder, "objects")))
    .AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(_ => new LexicalEmbedder());
builder.Services.AddPipeline(builder.Configuration);

using IHost host = builder.Build();
Directory.CreateDirectory(folder);
await host.Services.GetRequiredService<IWarehouse>().InitializeAsync();
await host.RunAsync();
