using Microsoft.Extensions.Hosting;

namespace Pipeline.LocalHost.Hosting;

/// <summary>When the host's parts begin their work.</summary>
internal static class HostLifetime
{
    /// <summary>Ends when the host has started, its port included, or <paramref name="stopping"/> is cancelled: a host that cannot listen runs nothing.</summary>
    public static async Task WaitForStartAsync(this IHostApplicationLifetime lifetime, CancellationToken stopping)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStarted, stopping);
        await Task.Delay(Timeout.Infinite, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
