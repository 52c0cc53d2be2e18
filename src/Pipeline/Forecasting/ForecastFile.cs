using System.Globalization;
using System.Text.Json;
using Pipeline.Models;

namespace Pipeline.Forecasting;

/// <summary>A file of <c>forecast-models</c>: what it holds, or what is wrong with it. It may have been changed by hand or by a fault: what does not hold is never forecast by.</summary>
internal static class ForecastFile
{
    private const int Quantiles = 4;

    // Weights and errors are written with four decimals.
    private const double MostOff = 0.01;

    // An error is held against the square root of what was expected, 1 at least: no count of a week comes near.
    private const double MostError = 1e9;

    /// <summary>Reads a version.</summary>
    /// <param name="name">Where it lies.</param>
    /// <param name="content">What it holds.</param>
    /// <returns>The version, and null; or null, and what is wrong, as a sentence.</returns>
    public static (ForecastModel? Model, string? Problem) Read(string name, ReadOnlyMemory<byte> content)
    {
        try
        {
            return JsonSerializer.Deserialize<ForecastModel>(content.Span, PipelineJson.Indented) is not ForecastModel model ? (null, Damaged(name, "it is empty"))
                : FaultOf(name, model) is string fault ? (null, Damaged(name, fault))
                : (model, null);
        }
        catch (JsonException e)
        {
            return (null, Damaged(name, $"it cannot be read ({e.Message.TrimEnd('.')})"));
        }
    }

    /// <summary>Reads the stages of a tech center.</summary>
    /// <returns>The stages; null where the file is damaged.</returns>
    public static CenterStages? ReadStages(ReadOnlyMemory<byte> content)
    {
        try
        {
            return JsonSerializer.Deserialize<CenterStages>(content.Span, PipelineJson.Indented) is CenterStages stages && !stages.Versions.Contains(null!) && !stages.History.Contains(null!) ? stages : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Says that a file is damaged.</summary>
    public static string Damaged(string name, string fault) => $"'{name}' is damaged: {fault}. Restore it from a backup, or delete it and learn anew by 'forecast train'; until then forecasts learn for themselves.";

    private static string? FaultOf(string name, ForecastModel model) =>
        model.Format != ForecastModel.CurrentFormat ? string.Create(CultureInfo.InvariantCulture, $"its format is {model.Format}, not {ForecastModel.CurrentFormat}")
        : string.IsNullOrWhiteSpace(model.TechCenter) || !string.Equals(ForecastStore.PathOf(model.TechCenter, model.Version), name, StringComparison.Ordinal) ? $"it is the version '{model.Version}' of '{model.TechCenter}', which does not lie there"
        : model.Until.DayOfWeek != DayOfWeek.Monday ? "until is no Monday"
        : model.Volume is SeriesFit volume && FaultOf(volume) is string ofVolume ? $"volume: {ofVolume}"
        : model.OfProblems.Select(p => (p.Key, Fault: FaultOf(p.Value))).FirstOrDefault(p => p.Fault is not null) is (int id, string fault) ? string.Create(CultureInfo.InvariantCulture, $"the problem {id}: {fault}")
        : null;

    private static string? FaultOf(SeriesFit? fit)
    {
        if (fit is null)
        {
            return "it is empty";
        }

        (IReadOnlyList<ForecastWeight> methods, IReadOnlyList<double> errors) = (fit.Fit.Ensemble.Methods, fit.Fit.Ensemble.Errors);
        return methods.FirstOrDefault(m => m is null || !ForecastMethods.All.Any(known => string.Equals(known.Name, m.Method, StringComparison.Ordinal))) is ForecastWeight unknown ? $"there is no method '{unknown.Method}'"
            : methods.Contains(null!) || methods.DistinctBy(m => m.Method, StringComparer.Ordinal).Count() < methods.Count ? "a method is empty or there twice"
            : !methods.All(m => m.Weight is >= 0 and <= 1 && m.Error >= 0 && double.IsFinite(m.Error)) || Math.Abs(methods.Sum(m => m.Weight) - 1) > MostOff ? "the weights of the methods are not from 0 to 1 with the sum 1, or their errors are below 0"
            : errors.Count != Quantiles || !errors.All(e => Math.Abs(e) <= MostError) || !errors.Zip(errors.Skip(1)).All(pair => pair.First <= pair.Second) ? string.Create(CultureInfo.InvariantCulture, $"the errors are not {Quantiles} numbers in ascending order")
            : fit.Fit.Holidays.Share is not (>= -1 and <= 1) ? "the effect of a holiday is not from -1 to 1"
            : !(fit.Total >= 0 && double.IsFinite(fit.Total)) || fit.Fit.Ensemble.Origins < 0 ? "the incidents or origins are below 0"
            : null;
    }
}

/// <summary>A file of forecasts that is damaged.</summary>
/// <param name="Version">The version; <c>stages</c> for the file that says which one serves.</param>
/// <param name="Problem">What is wrong and what to do, as a sentence.</param>
public sealed record DamagedForecast(string Version, string Problem);

/// <summary>What was found on reading all files of forecasts.</summary>
/// <param name="Sound">How many hold.</param>
/// <param name="Damaged">Those that do not, in ordinal order of their names.</param>
public sealed record ForecastFiles(int Sound, IReadOnlyList<DamagedForecast> Damaged);
