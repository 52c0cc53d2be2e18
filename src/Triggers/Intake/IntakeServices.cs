using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Intake;
using Pipeline.Storage;

namespace Pipeline.Triggers;

/// <summary>What takes in incidents and files that are sent or dropped.</summary>
internal static class IntakeServices
{
    /// <summary>Adds the use cases. Needs the ports of a warehouse and an <see cref="IObjectStore"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names it and the range.</exception>
    public static void AddIntake(this IServiceCollection services, IConfiguration configuration)
    {
        IntakeOptions intake = configuration.GetSection("Intake").Get<IntakeOptions>() ?? new IntakeOptions();
        UploadOptions uploads = configuration.GetSection("Uploads").Get<UploadOptions>() ?? new UploadOptions();
        intake.Validate();
        uploads.Validate();
        services.TryAddSingleton(intake);
        services.TryAddSingleton(uploads);
        services.TryAddSingleton<ReceiveFile>();
        services.TryAddSingleton<IngestFile>();
        services.TryAddSingleton<TakeIncidents>();
        services.TryAddSingleton<FeedStores>();
        services.TryAddSingleton<PullIncidents>();
    }
}
