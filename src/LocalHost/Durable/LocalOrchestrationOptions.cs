using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Pipeline.LocalHost.Durable;

/// <summary>How <see cref="LocalOrchestrations"/> runs.</summary>
/// <param name="JournalPath">The SQLite file of the journal; made where it is missing.</param>
internal sealed record LocalOrchestrationOptions(string JournalPath)
{
    private readonly int _maxConcurrentActivities = Environment.ProcessorCount;

    /// <summary>How many activities run at once; from 1, the number of processors by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int MaxConcurrentActivities
    {
        get => _maxConcurrentActivities;
        init
        {
            if (value < 1)
                throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(MaxConcurrentActivities)} must be at least 1.");
            _maxConcurrentActivities = value;
        }
    }

    /// <summary>The clock of orchestrations and timers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Makes the loggers of the engine and of orchestrators.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;
}
