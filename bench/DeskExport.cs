using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Pipeline.Intake;
using Pipeline.LocalHost;

namespace Pipeline.Bench;

/// <summary>An export of a problem's incidents.</summary>
/// <param name="Format">The format.</param>
/// <param name="Rows">Rows whose number is one of those that were taken in for this.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="FirstByte">Milliseconds until the answer began.</param>
/// <param name="Seconds">Seconds until the last one.</param>
/// <param name="Processor">Seconds of the host's processor time.</param>
/// <param name="Before">The host's memory before, in MB.</param>
/// <param name="PeakMegabytes">The host's memory at most, in MB.</param>
internal sealed record DeskExport(string Format, int Rows, long Bytes, double FirstByte, double Seconds, double Processor, double Before, double PeakMegabytes)
{
    /// <summary>What is exported.</summary>
    public static readonly IReadOnlyList<string> Formats = ["csv", "xlsx", "json-all"];

    /// <summary>Exports, and counts what comes.</summary>
    public static async Task<DeskExport> MeasureAsync(LoadServer server, string address, string format, CancellationToken cancellationToken)
    {
        using HttpClient http = new() { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(5) };
        (double before, double used) = (server.Megabytes, server.CpuSeconds);
        long start = Stopwatch.GetTimestamp();
        await using Stream body = await http.GetStreamAsync(new Uri($"{address}?format={format}", UriKind.Relative), cancellationToken);
        double first = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        using MemoryStream content = new();
        await body.CopyToAsync(content, cancellationToken);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        used = server.CpuSeconds - used;
        return new DeskExport(format, await RowsAsync(content, format, cancellationToken), content.Length, first, seconds, used, before, server.PeakMegabytes);
    }

    // Each row has its number once, and nothing else has what the numbers begin with.
    private static async Task<int> RowsAsync(MemoryStream content, string format, CancellationToken cancellationToken)
    {
        if (format is not "xlsx")
        {
            return Count(content);
        }

        content.Position = 0;
        using MemoryStream cells = new();
        using ZipArchive workbook = new(content, ZipArchiveMode.Read, leaveOpen: true);
        foreach (ZipArchiveEntry sheet in workbook.Entries.Where(entry => entry.FullName.StartsWith("xl/worksheets/", StringComparison.Ordinal)))
        {
            await using Stream rows = await sheet.OpenAsync(cancellationToken);
            await rows.CopyToAsync(cells, cancellationToken);
        }

        return Count(cells);
    }

    private static int Count(MemoryStream text) => text.GetBuffer().AsSpan(0, (int)text.Length).Count(Encoding.ASCII.GetBytes(DeskFlood.Prefix));
}

/// <summary>Many incidents of one problem, as a monitor would send them that nobody switches off.</summary>
/// <param name="Center">Their tech center.</param>
/// <param name="Address">Where the problem's incidents are asked for.</param>
/// <param name="Texts">Texts that the problem has.</param>
/// <param name="Count">How many.</param>
internal sealed record DeskFlood(string Center, string Address, IReadOnlyList<string> Texts, int Count)
{
    /// <summary>What their numbers begin with.</summary>
    public const string Prefix = "FLOOD";

    private static readonly DateTimeOffset Until = new(2026, 6, 30, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[][] Steps = [["preprocess"], ["predict"]];

    /// <summary>Takes them in and predicts them, while no host runs.</summary>
    /// <exception cref="CommandException">A command failed.</exception>
    public async Task TakeInAsync(string folder, CancellationToken cancellationToken)
    {
        string file = Path.Combine(folder, "flood.csv");
        await AtomicFile.WriteAsync(file, WriteAsync);
        foreach (string[] step in Steps.Prepend(["import", file]))
        {
            MeasuredProcess run = await MeasuredProcess.RunAsync([.. step, "--data", folder], new Dictionary<string, string>(StringComparer.Ordinal), cancellationToken);
            if (run.ExitCode != 0)
            {
                throw new CommandException($"{step[0]} ended with exit code {run.ExitCode}: {run.Errors}", ExitCode.Failed);
            }
        }
    }

    private async Task WriteAsync(Stream target)
    {
        await using StreamWriter text = new(target, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        CsvWriter csv = new(text, raw: true);
        csv.Write("number", "opened_at", "short_description", "description", "assignment_group", "priority");
        for (int row = 0; row < Count; row++)
        {
            string[] lines = Texts[row % Texts.Count].Split('\n', 2);
            string opened = Until.AddMinutes(-10 * row).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            csv.Write(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{row:0000000}"), opened, lines[0], lines.Length > 1 ? lines[1] : "", Center, "3 - Moderate");
        }
    }
}
