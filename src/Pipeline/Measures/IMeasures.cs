namespace Pipeline.Measures;

/// <summary>The table of measures: what the pipeline noted of itself, kept for some months. A port of the warehouse (<see cref="Storage.IWarehouse"/>).</summary>
public interface IMeasures
{
    /// <summary>Adds measures. Nothing that is stored is replaced.</summary>
    Task SaveMeasuresAsync(IReadOnlyList<Measure> measures, CancellationToken cancellationToken = default);

    /// <summary>The measures with <paramref name="from"/> &lt;= time &lt; <paramref name="until"/>, in the order of time; of one name, or of all.</summary>
    IAsyncEnumerable<Measure> ReadMeasuresAsync(DateTimeOffset from, DateTimeOffset until, string? name = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes the measures before a time, and tells how many.</summary>
    Task<long> PurgeMeasuresAsync(DateTimeOffset before, CancellationToken cancellationToken = default);

    /// <summary>
    /// The seconds from arrival to prediction of a tech center's predicted incidents that arrived after a time, in no order. An incident arrives when it is stored or changed;
    /// those of a warehouse of an earlier version have no such time, and are left out.
    /// </summary>
    Task<IReadOnlyList<double>> ReadLagsAsync(string techCenter, DateTimeOffset arrivedAfter, CancellationToken cancellationToken = default);
}

/// <summary>One number that was measured.</summary>
/// <param name="Time">When it was noted, in UTC.</param>
/// <param name="TechCenter">Whose it is; null where it is of the pipeline as a whole.</param>
/// <param name="Version">The model version that it is of; null where it is of none.</param>
/// <param name="Name">What was measured: one of <see cref="MeasureNames"/>, or of a name like <c>errors.train</c>.</param>
/// <param name="Value">The number, in the name's unit.</param>
public sealed record Measure(DateTimeOffset Time, string? TechCenter, string? Version, string Name, double Value);
