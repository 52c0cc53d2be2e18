using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Pipeline.LocalHost.Hosting.Telemetry;
using Pipeline.LocalHost.Tests.Hosting;
using Pipeline.Telemetry;

namespace Pipeline.LocalHost.Tests.Telemetry;

[TestClass]
public sealed class OtlpExportTests
{
    [TestMethod]
    public async Task Measures_and_activities_reach_a_collector()
    {
        ConcurrentDictionary<string, string> received = new(StringComparer.Ordinal);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using WebApplication collector = builder.Build();
        collector.Run(async context =>
        {
            using MemoryStream body = new();
            await context.Request.Body.CopyToAsync(body);
            received.AddOrUpdate(context.Request.Path.Value!, Encoding.Latin1.GetString(body.ToArray()), (_, before) => before + Encoding.Latin1.GetString(body.ToArray()));
            context.Response.ContentType = "application/x-protobuf";
        });
        await collector.StartAsync();
        string center = $"Center {Guid.NewGuid():N}";

        Dictionary<string, string?> settings = new(StringComparer.Ordinal) { [HostTelemetry.EndpointSetting] = collector.Urls.First(), ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" };
        await using (await TestHost.StartAsync(configuration: settings))
        {
            PipelineMetrics.Read.Add(5, PipelineMetrics.TechCenter(center));
            using Activity? activity = PipelineActivity.Start("pipeline.preprocess", center);
            activity.ShouldNotBeNull();
        }

        received["/v1/metrics"].ShouldContain("pipeline.incidents.read");
        received["/v1/metrics"].ShouldContain(center);
        received["/v1/traces"].ShouldContain("pipeline.preprocess");
        received["/v1/traces"].ShouldContain(center);
    }
}
