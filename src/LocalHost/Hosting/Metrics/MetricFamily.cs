using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Pipeline.LocalHost.Hosting.Metrics;

/// <summary>An instrument with its series, written in the text format of Prometheus (version 0.0.4).</summary>
internal sealed class MetricFamily
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly string _name;
    private readonly string _type;
    private readonly string _help;
    private readonly IReadOnlyList<double> _bounds;

    public MetricFamily(Instrument instrument)
    {
        Type kind = instrument.GetType().GetGenericTypeDefinition();
        (_type, string suffix) = kind == typeof(Counter<>) ? ("counter", "_total") : kind == typeof(Histogram<>) ? ("histogram", "") : ("gauge", "");
        string unit = string.Equals(instrument.Unit, "s", StringComparison.Ordinal) ? "_seconds" : "";
        _name = instrument.Name.Replace('.', '_') + unit + suffix;
        _help = instrument.Description ?? "";
        _bounds = (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? [];
    }

    /// <summary>The metric's name.</summary>
    public string Name => _name;

    /// <summary>Takes a measurement.</summary>
    public void Measure(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        KeyValuePair<string, string>[] ordered =
        [
            .. tags.ToArray().OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => KeyValuePair.Create(t.Key, Convert.ToString(t.Value, CultureInfo.InvariantCulture) ?? "")),
        ];
        string key = string.Join('\0', ordered.Select(t => $"{t.Key}\0{t.Value}"));
        lock (_lock)
        {
            if (!_series.TryGetValue(key, out MetricSeries? series))
            {
                _series.Add(key, series = new MetricSeries(ordered, _bounds));
            }

            Action<double> take = _type switch { "counter" => series.Add, "histogram" => series.Record, _ => series.Set };
            take(value);
        }
    }

    /// <summary>Writes the family; nothing where nothing was measured.</summary>
    public void Write(StringBuilder text)
    {
        lock (_lock)
        {
            if (_series.Count == 0)
            {
                return;
            }

            text.Append("# HELP ").Append(_name).Append(' ').Append(_help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
            text.Append("# TYPE ").Append(_name).Append(' ').Append(_type).Append('\n');
            foreach ((_, MetricSeries series) in _series.OrderBy(s => s.Key, StringComparer.Ordinal))
            {
                Write(text, series);
            }
        }
    }

    private void Write(StringBuilder text, MetricSeries series)
    {
        if (_type is not "histogram")
        {
            Line(text, "", series.Tags, series.Value);
            return;
        }

        foreach ((double bound, long count) in series.Buckets())
        {
            Line(text, "_bucket", [.. series.Tags, KeyValuePair.Create("le", Number(bound))], count);
        }

        Line(text, "_bucket", [.. series.Tags, KeyValuePair.Create("le", "+Inf")], series.Count);
        Line(text, "_sum", series.Tags, series.Value);
        Line(text, "_count", series.Tags, series.Count);
    }

    private void Line(StringBuilder text, string suffix, IReadOnlyList<KeyValuePair<string, string>> labels, double value)
    {
        text.Append(_name).Append(suffix);
        if (labels.Count > 0)
        {
            text.Append('{').AppendJoin(',', labels.Select(l => $"{l.Key}=\"{Escape(l.Value)}\"")).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
