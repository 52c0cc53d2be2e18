using Pipeline.Forecasting;
using Pipeline.Gate;
using Pipeline.Problems;
using Pipeline.Runs;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Forecasting;

/// <summary>The forecasts of a small company.</summary>
internal sealed class SmallForecasts(SmallCompany company, HolidayCalendar? calendar = null, GateOptions? gate = null)
{
    private readonly HolidayCalendar _calendar = calendar ?? HolidayCalendar.None;

    public ForecastStore Store { get; } = new(company.Objects);

    public RunLog Runs { get; } = new(company.Objects);

    private CompanyWeeks Weeks => company.Weeks;

    public ForecastMaker Maker => new(Store, _calendar);

    public TrainForecasts Train => new(company.Warehouse, Weeks, company.Models, company.Known, Store, Runs, _calendar, gate ?? new GateOptions(), company.Clock);

    public ManageForecasts Manage => new(company.Known, Store, company.Clock);

    public ForecastVolume Volume => new(company.Warehouse, Weeks, company.Models, company.Known, Maker, TimeProvider.System);

    public BrowseProblems Problems { get; } = new(company.Warehouse, company.Models, company.Known, company.Weeks, TimeProvider.System);

    public ForecastProblem Problem => new(Problems, Weeks, Maker);
}
