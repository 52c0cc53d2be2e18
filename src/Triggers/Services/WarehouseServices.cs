using Microsoft.Extensions.DependencyInjection;
using Pipeline.Alerts;
using Pipeline.Classification;
using Pipeline.Erasure;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.Measures;
using Pipeline.Preprocessing;
using Pipeline.Problems;
using Pipeline.Recovery;
using Pipeline.Search;
using Pipeline.Storage;
using Pipeline.Training;

namespace Pipeline.Triggers;

/// <summary>A warehouse among the services: one object under each of its ports.</summary>
public static class WarehouseServices
{
    /// <summary>The ports of a warehouse.</summary>
    public static IReadOnlyList<Type> Ports { get; } =
        [typeof(IWarehouse), typeof(IIncidents), typeof(ITechCenters), typeof(IPreprocessedIncidents), typeof(IPredictions), typeof(ITrainingJournal), typeof(ISettingsTable), typeof(IIngestionLog), typeof(IRemovals), typeof(IErasures), typeof(IMeasures), typeof(IAlertLog), typeof(IProblemIncidents), typeof(ISearchIndex), typeof(IWarehouseTables)];

    /// <summary>Adds a warehouse as a singleton under each of its ports; it is made when one of them is first asked for. One that several processes may use is added as <see cref="IWriterLease"/> too.</summary>
    public static IServiceCollection AddWarehouse<T>(this IServiceCollection services, Func<IServiceProvider, T> make)
        where T : class, IWarehouse, IIncidents, ITechCenters, IPreprocessedIncidents, IPredictions, ITrainingJournal, ISettingsTable, IIngestionLog, IRemovals, IErasures, IMeasures, IAlertLog, IProblemIncidents, ISearchIndex, IWarehouseTables
    {
        services.AddSingleton(make);
        foreach (Type port in Ports)
        {
            services.AddSingleton(port, s => s.GetRequiredService<T>());
        }

        if (typeof(T).IsAssignableTo(typeof(IWriterLease)))
        {
            services.AddSingleton(typeof(IWriterLease), s => s.GetRequiredService<T>());
        }

        return services;
    }
}
