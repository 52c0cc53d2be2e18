using System.Globalization;
using Pipeline.Problems;

namespace Pipeline.Forecasting;

/// <summary>How forecasts of a tech center do on its newest weeks, learned from those before, beside the version that serves.</summary>
/// <param name="Problems">The tests of its problems.</param>
/// <param name="Volume">The test of all its incidents; null where they are too few.</param>
/// <param name="Mase">The mean error of those series that the version that serves knows as well; where none serves that of the problems, or of the volume where no problem could be tested; null where none could.</param>
/// <param name="Serving">The mean error of that version on the same series and weeks, which it may have learned from; null where none serves.</param>
internal sealed record ForecastEvidence(IReadOnlyList<ForecastTest> Problems, ForecastTest? Volume, double? Mase, double? Serving)
{
    /// <summary>Tests.</summary>
    /// <param name="counts">The counts.</param>
    /// <param name="calendar">The holidays.</param>
    /// <param name="serving">The version that serves; null for none.</param>
    public static ForecastEvidence Of(CenterCounts counts, HolidayCalendar calendar, ForecastModel? serving)
    {
        List<ForecastTest> problems = [];
        List<(double Now, double Before)> pairs = [];
        ForecastTest? volume = null;
        HolidayEffect effect = HolidayEffect.Default;
        foreach ((int? id, WeeklySeries series) in counts.OfProblems.Select(p => ((int?)p.Key, p.Value)).Prepend((null, counts.Volume)))
        {
            if (ForecastTest.Of(series, before => CountForecaster.Fit(before, calendar, effect), calendar) is not ForecastTest test)
            {
                continue;
            }

            if (id is null)
            {
                volume = test;
                effect = HolidayEffect.Learn(series.Without(ForecastTest.Weeks), calendar, effect);
            }
            else
            {
                problems.Add(test);
            }

            if (serving?.FitFor(id, series) is CountFit fit && ForecastTest.Of(series, _ => fit, calendar) is ForecastTest before)
            {
                pairs.Add((test.Mase, before.Mase));
            }
        }

        return pairs.Count > 0
            ? new ForecastEvidence(problems, volume, pairs.Average(p => p.Now), pairs.Average(p => p.Before))
            : new ForecastEvidence(problems, volume, problems.Count > 0 ? problems.Average(p => p.Mase) : volume?.Mase, null);
    }

    /// <summary>The measures by name.</summary>
    public IReadOnlyDictionary<string, double> Measures()
    {
        Dictionary<string, double> measures = new(StringComparer.Ordinal) { ["tested_problems"] = Problems.Count };
        if (Problems.Count > 0)
        {
            Add("mase", Problems.Average(p => p.Mase));
            Add("naive_mase", Problems.Average(p => p.Naive));
            Add("better", Problems.Average(p => p.Mase < p.Naive ? 1.0 : 0));
            Add("in80", Problems.Average(p => p.In80));
            Add("in95", Problems.Average(p => p.In95));
        }

        if (Volume is not null)
        {
            Add("volume_mase", Volume.Mase);
            Add("volume_naive_mase", Volume.Naive);
            Add("volume_in80", Volume.In80);
            Add("volume_in95", Volume.In95);
        }

        if (Serving is double serving)
        {
            Add("compared_mase", Mase!.Value);
            Add("serving_mase", serving);
        }

        return measures;

        void Add(string name, double value) => measures[name] = Math.Round(value, 4);
    }

    /// <summary>Why a version goes where it goes, as a sentence that names the measures that it is about.</summary>
    public string Reason(bool passed) =>
        Mase is not double mase ? "There are too few weeks to test it on."
        : Serving is not double serving ? string.Create(CultureInfo.InvariantCulture, $"Its mean absolute scaled error ({(Problems.Count > 0 ? "mase" : "volume_mase")}) is {mase:0.000}; none served before.")
        : string.Create(CultureInfo.InvariantCulture, $"Its mean absolute scaled error (compared_mase) is {mase:0.000}, that of the version that serves (serving_mase) {serving:0.000} on the same series and weeks: {(passed ? "no worse" : "worse")}.");
}
