using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Incidents;

/// <summary>
/// The numbers of incidents that were erased, of which hashes alone are kept: what comes in under one of them is refused, or an erasure would last until the source sends the incident again.
/// Read again after a minute, and at once where this process erases. Safe for use by many threads.
/// </summary>
/// <param name="read">Reads the SHA-256 of every such number, in hexadecimal digits.</param>
/// <param name="clock">The time.</param>
public sealed class ErasedNumbers(Func<CancellationToken, Task<IReadOnlySet<string>>> read, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);
    private static readonly HashSet<string> Nothing = new(StringComparer.Ordinal);
    private Known? _known;

    /// <summary>None: for where nothing is ever erased.</summary>
    public static ErasedNumbers None { get; } = new(_ => Task.FromResult<IReadOnlySet<string>>(Nothing), TimeProvider.System);

    /// <summary>Tells of a number whether it was erased, as it is known now.</summary>
    /// <exception cref="Storage.WarehouseException">The record of erasures cannot be read.</exception>
    public async Task<Func<string, bool>> FindAsync(CancellationToken cancellationToken = default)
    {
        Known? known = _known;
        if (known is null || clock.GetUtcNow() - known.ReadAt >= Fresh)
        {
            DateTimeOffset now = clock.GetUtcNow();
            _known = known = new Known(now, await read(cancellationToken));
        }

        return number => known.Hashes.Count > 0 && known.Hashes.Contains(HashOf(number));
    }

    /// <summary>What is known is out of date.</summary>
    public void Renew() => _known = null;

    /// <summary>The hash that is kept of a number.</summary>
    public static string HashOf(string number) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(number)));

    private sealed record Known(DateTimeOffset ReadAt, IReadOnlySet<string> Hashes);
}
