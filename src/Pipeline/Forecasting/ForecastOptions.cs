namespace Pipeline.Forecasting;

/// <summary>What forecasts reckon with.</summary>
public sealed record ForecastOptions
{
    /// <summary>The holidays: dates such as <c>2026-12-25,2026-12-26</c>, or a file with one at the beginning of each line; null for none.</summary>
    public string? Holidays { get; init; }

    /// <summary>Reads the holidays.</summary>
    /// <exception cref="SettingException">They are no dates, and no file.</exception>
    public HolidayCalendar Calendar()
    {
        if (string.IsNullOrWhiteSpace(Holidays))
        {
            return HolidayCalendar.None;
        }

        bool isFile = File.Exists(Holidays);
        try
        {
            return isFile ? HolidayCalendar.ParseLines(File.ReadLines(Holidays)) : HolidayCalendar.Parse(Holidays);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new SettingException("Forecast:Holidays", $"cannot be read: {(isFile && e is FormatException ? $"{Holidays}, {e.Message}" : e.Message.TrimEnd('.'))}. It must be dates such as 2026-12-25,2026-12-26, or the path of a file with such a date at the beginning of each line.", e);
        }
    }
}
