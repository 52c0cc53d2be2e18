using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Hosting.Functions;
using Pipeline.LocalHost.Hosting.Invocations;
using Pipeline.LocalHost.Hosting.State;
using Pipeline.Storage;

namespace Pipeline.LocalHost.Hosting.Blobs;

/// <summary>
/// Looks for new versions of objects at an interval, and starts the functions whose path they match. A version that a function has dealt with is remembered;
/// one that it fails on is tried again at the next looks, at most <see cref="MostAttempts"/> times in all, and then left as poison.
/// The attempt is on the disk before it begins, so that an object that kills the process is left in the end as well.
/// </summary>
internal sealed class BlobTriggers(FunctionCatalog catalog, IObjectStore objects, HostState state, FunctionInvoker invoker, IServiceScopeFactory scopes, HostSettings settings, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<BlobTriggers> logger) : BackgroundService
{
    /// <summary>How often a function is started for one version of an object.</summary>
    public const int MostAttempts = 5;

    /// <summary>The versions that were left as poison, by function and object.</summary>
    public IReadOnlyList<BlobReceipt> Poison() =>
        [.. catalog.Blobs.SelectMany(f => state.ReadReceipts(f.Function.Name).Values).Where(r => r.Outcome == BlobOutcome.Poison).OrderBy(r => r.Function, StringComparer.Ordinal).ThenBy(r => r.Object, StringComparer.Ordinal)];

    /// <summary>Looks once for new versions, and runs what they trigger, one after the other.</summary>
    public async Task LookAsync(CancellationToken stopping)
    {
        foreach (BlobFunction function in catalog.Blobs)
        {
            IReadOnlyDictionary<string, BlobReceipt> receipts = state.ReadReceipts(function.Function.Name);
            List<(StoredObject Object, IReadOnlyDictionary<string, string> Names)> matches = [];
            await foreach (StoredObject item in objects.ListAsync(function.Path.Prefix, stopping))
            {
                if (function.Path.Match(item.Name) is { } names)
                {
                    matches.Add((item, names));
                }
            }

            foreach ((StoredObject item, IReadOnlyDictionary<string, string> names) in matches)
            {
                BlobReceipt receipt = ReceiptOf(function, item, receipts.GetValueOrDefault(item.Name));
                if (receipt.Outcome == BlobOutcome.Pending)
                {
                    await TriggerAsync(function, receipt, names, stopping);
                }
            }
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A store that fails now may be back at the next look.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.WaitForStartAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested && catalog.Blobs.Count > 0)
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                logger.LogError(20, e, "The objects could not be looked through; the next look is in {Seconds} s", settings.BlobPollSeconds);
            }

            await Task.Delay(TimeSpan.FromSeconds(settings.BlobPollSeconds), clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static BlobReceipt ReceiptOf(BlobFunction function, StoredObject item, BlobReceipt? receipt)
    {
        string version = item.Version ?? string.Create(CultureInfo.InvariantCulture, $"size {item.Size}");
        return string.Equals(receipt?.Version, version, StringComparison.Ordinal)
            ? receipt!
            : new BlobReceipt(function.Function.Name, item.Name, version, 0, BlobOutcome.Pending, null);
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A failed run is tried again.")]
    private async Task TriggerAsync(BlobFunction function, BlobReceipt receipt, IReadOnlyDictionary<string, string> names, CancellationToken stopping)
    {
        if (receipt.Attempts >= MostAttempts)
        {
            Leave(receipt with { Error = receipt.Error ?? "The process ended during the last attempt." });
            return;
        }

        BlobReceipt attempt = receipt with { Attempts = receipt.Attempts + 1 };
        state.SaveReceipt(attempt);
        try
        {
            await using Stream? content = await objects.OpenReadAsync(receipt.Object, stopping);
            if (content is null)
            {
                return;
            }

            await using AsyncServiceScope scope = scopes.CreateAsyncScope();
            object value = await ReadAsync(content, function.Function.TriggerParameter.ParameterType, stopping);
            await invoker.InvokeAsync(new HostedInvocation(function.Function, value, names, scope.ServiceProvider, stopping), "new object");
            state.SaveReceipt(attempt with { Outcome = BlobOutcome.Done, Error = null });
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Stopping is no fault of the object: the attempt does not count.
            state.SaveReceipt(receipt);
        }
        catch (Exception e)
        {
            logger.LogError(21, e, "{Function} failed on {Object}, attempt {Attempt} of {MostAttempts}", function.Function.Name, receipt.Object, attempt.Attempts, MostAttempts);
            BlobReceipt failed = attempt with { Error = FunctionInvoker.Explain(e) };
            if (failed.Attempts == MostAttempts)
            {
                Leave(failed);
            }
            else
            {
                state.SaveReceipt(failed);
            }
        }
    }

    private void Leave(BlobReceipt receipt)
    {
        state.SaveReceipt(receipt with { Outcome = BlobOutcome.Poison });
        logger.LogError(22, "{Object} is left as poison for {Function} after {Attempts} attempts; a new version of it is tried again", receipt.Object, receipt.Function, receipt.Attempts);
    }

    private static async Task<object> ReadAsync(Stream content, Type type, CancellationToken cancellationToken)
    {
        if (type == typeof(Stream))
        {
            return content;
        }

        using MemoryStream bytes = new();
        await content.CopyToAsync(bytes, cancellationToken);
        return type == typeof(string) ? Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length) : bytes.ToArray();
    }
}
