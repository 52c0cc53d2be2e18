using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Cli.Commands;

namespace Pipeline.Bench;

/// <summary><c>desk</c>: how soon the desk shows something in a browser, how soon the API answers what its pages ask, and what an export and the host's memory come to.</summary>
internal static class DeskCommand
{
    private const int Exported = 50_000;

    public static Command Create()
    {
        Option<int?> incidents = CommandOptions.Integer("--incidents", "Incidents of the demo, 100 to 1,000,000. Default: 100,000.", 100, 1_000_000);
        Option<string?> data = CommandOptions.Data("A demo's data folder, made where it is missing. Default: a new one, deleted afterwards.");
        Option<int?> starts = CommandOptions.Integer("--starts", "Starts of the host, each with a browser that opens the first page. Default: 5.", 1, 100);
        Option<int?> repeats = CommandOptions.Integer("--repeats", "Requests of each kind after the first. Default: 40.", 1, 10_000);
        Option<bool> withoutExport = new("--without-export") { Description = $"Leave out the export, for which {Exported} more incidents of the biggest problem are taken in." };
        Option<bool> json = CommandOptions.Json();
        Command command = new("desk", "The first page in Chromium, the answers that the desk's pages ask for, searches, exports of 50,000 rows and memory, over the demo's incidents.") { incidents, data, starts, repeats, withoutExport, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string folder = parsed.GetValue(data) ?? Directory.CreateTempSubdirectory("pipeline-desk-").FullName;
            try
            {
                int count = parsed.GetValue(incidents) ?? 100_000;
                if (!File.Exists(Path.Combine(folder, ".demo")))
                {
                    await LoadServer.MakeDemoAsync(folder, cancellationToken, count);
                }

                DeskFigures figures = await MeasureAsync(folder, parsed.GetValue(starts) ?? 5, parsed.GetValue(repeats) ?? 40, !parsed.GetValue(withoutExport), cancellationToken);
                Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(figures, PipelineJson.Compact) : Table(figures));
            }
            finally
            {
                if (parsed.GetValue(data) is null)
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
        });
        return command;
    }

    private static async Task<DeskFigures> MeasureAsync(string folder, int starts, int repeats, bool exports, CancellationToken cancellationToken)
    {
        await using DeskBrowser browser = await DeskBrowser.StartAsync();
        List<DeskPaint> cold = [];
        List<DeskPaint> warm = [];
        for (int start = 0; start < starts; start++)
        {
            await using LoadServer opened = await LoadServer.StartAsync(folder, isLimited: false, cancellationToken);
            Uri page = new(opened.Address, "/");
            cold.Add(await browser.OpenAsync(page));
            warm.Add(await browser.OpenAsync(page));
        }

        await using LoadServer server = await LoadServer.StartAsync(folder, isLimited: false, cancellationToken);
        (double before, double started) = (server.Megabytes, server.CpuSeconds);
        using DeskRequests requests = await DeskRequests.StartAsync(server, cancellationToken);
        double ranked = server.CpuSeconds - started;
        List<DeskRoute> routes = await requests.MeasureAsync(repeats, cancellationToken);
        DeskRoute searches = await requests.SearchAsync(5 * repeats, cancellationToken);
        (double after, double peak) = (server.Megabytes, server.PeakMegabytes);
        return new DeskFigures(
            Environment.ProcessorCount, requests.Incidents, requests.Problems, Math.Round(1000 * ranked), cold, warm, routes, searches,
            exports ? await ExportAsync(folder, server, requests, cancellationToken) : [], before, after, peak);
    }

    // One problem gets as many incidents more as an export may have; then the host is another one.
    private static async Task<IReadOnlyList<DeskExport>> ExportAsync(string folder, LoadServer server, DeskRequests requests, CancellationToken cancellationToken)
    {
        DeskFlood flood = await requests.FloodAsync(Exported, cancellationToken);
        await server.DisposeAsync();
        await flood.TakeInAsync(folder, cancellationToken);
        List<DeskExport> exports = [];
        foreach (string format in DeskExport.Formats)
        {
            await using LoadServer exporting = await LoadServer.StartAsync(folder, isLimited: false, cancellationToken);
            exports.Add(await DeskExport.MeasureAsync(exporting, flood.Address, format, cancellationToken));
        }

        return exports;
    }

    private static string Table(DeskFigures figures) => string.Join('\n', [
        string.Create(CultureInfo.InvariantCulture, $"{figures.Incidents} incidents, {figures.Problems} problems, {figures.Processors} processors for host and browser"),
        Paints("first page, host just started", figures.Cold),
        Paints("first page, opened again by another browser", figures.Warm),
        string.Create(CultureInfo.InvariantCulture, $"the first answer of what to fix first takes {figures.Ranked:0} ms of the host's processor time"),
        $"{"answer",-62}{"first ms",9}{"P50 ms",9}{"P95 ms",9}{"CPU ms",9}{"KB",8}",
        .. figures.Routes.Append(figures.Searches).Select(route => string.Create(CultureInfo.InvariantCulture, $"{route.Name,-62}{route.First,9:0}{route.P50,9:0.0}{route.P95,9:0.0}{route.Processor,9:0.0}{route.Bytes / 1e3,8:0.0}")),
        .. figures.Exports.Select(export => string.Create(CultureInfo.InvariantCulture, $"export as {export.Format}: {export.Rows} rows, {export.Bytes / 1e6:0.0} MB in {export.Seconds:0.0} s and {export.Processor:0.0} s of the host's processor time, first byte after {export.FirstByte:0} ms; the host at most {export.PeakMegabytes:0} MB, {export.Before:0} before")),
        string.Create(CultureInfo.InvariantCulture, $"memory {figures.Before:0} MB when it listens, {figures.After:0} after all requests, {figures.Peak:0} at most"),
    ]);

    private static string Paints(string what, IReadOnlyList<DeskPaint> paints) => string.Create(
        CultureInfo.InvariantCulture,
        $"{what}, {paints.Count} times: first paint {Spread(paints, p => p.First)} ms, frame {Spread(paints, p => p.Frame)} ms, data shown {Spread(paints, p => p.Data)} ms, largest paint {Spread(paints, p => p.Largest)} ms");

    private static string Spread(IReadOnlyList<DeskPaint> paints, Func<DeskPaint, double> value)
    {
        double[] sorted = [.. paints.Select(value).Order()];
        return string.Create(CultureInfo.InvariantCulture, $"{sorted[sorted.Length / 2]:0} ({sorted[0]:0} to {sorted[^1]:0})");
    }
}

/// <summary>The figures.</summary>
/// <param name="Processors">Processors that host and browser share.</param>
/// <param name="Incidents">Incidents in the warehouse.</param>
/// <param name="Problems">Problems, those of several tech centers counted once.</param>
/// <param name="Ranked">The processor time of the first answer of what to fix first, in milliseconds, code that is compiled on the way included.</param>
/// <param name="Cold">The first page of a host that has just begun to listen.</param>
/// <param name="Warm">The same again, by a browser that has kept nothing.</param>
/// <param name="Routes">What the pages ask for, of one host, in the order of the pages.</param>
/// <param name="Searches">Searches for texts of the demo's company.</param>
/// <param name="Exports">Exports, each of a host of its own.</param>
/// <param name="Before">The host's resident memory when it began to listen, in MB.</param>
/// <param name="After">The same after all requests but exports.</param>
/// <param name="Peak">The most until then.</param>
internal sealed record DeskFigures(
    int Processors, long Incidents, int Problems, double Ranked, IReadOnlyList<DeskPaint> Cold, IReadOnlyList<DeskPaint> Warm, IReadOnlyList<DeskRoute> Routes, DeskRoute Searches, IReadOnlyList<DeskExport> Exports, double Before, double After, double Peak);
