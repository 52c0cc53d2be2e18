using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Functions;
using Pipeline.Storage;

FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services.AddApplicationInsightsTelemetryWorkerService().ConfigureFunctionsApplicationInsights();

string folder = Path.GetFullPath(builder.Configuration["DataFolder"] is { Length: > 0 } named ? named : "pipeline-data");
builder.Services.AddAdapters(builder.Configuration, folder);
builder.Services.AddPipeline(builder.Configuration);

using IHost host = builder.Build();
Directory.CreateDirectory(folder);
await host.Services.GetRequiredService<IWarehouse>().InitializeAsync();
await host.RunAsync();
