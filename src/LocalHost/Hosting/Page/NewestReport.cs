using Pipeline.Incidents;
using Pipeline.Reporting;

namespace Pipeline.LocalHost.Hosting.Page;

/// <summary>The report file of the data folder, written anew where predictions have been made since.</summary>
internal sealed class NewestReport(DataFolder folder, ITechCenters techCenters, ReportBuilder builder) : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1);

    /// <summary>The path of an up-to-date report.</summary>
    public async Task<string> FileAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            DateTimeOffset? newest = (await techCenters.ReadStatisticsAsync(cancellationToken)).Max(s => s.NewestPrediction);
            if (!File.Exists(folder.Report) || newest?.UtcDateTime > File.GetLastWriteTimeUtc(folder.Report))
            {
                ReportData data = await builder.BuildAsync("Problem clusters", cancellationToken: cancellationToken);
                await AtomicFile.WriteAsync(folder.Report, stream => HtmlReport.WriteAsync(data, stream, cancellationToken));
            }

            return folder.Report;
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Dispose() => _writing.Dispose();
}
