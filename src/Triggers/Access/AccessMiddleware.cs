using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Pipeline.Access;
using Pipeline.Adapters.Azure.Entra;

namespace Pipeline.Triggers;

/// <summary>Has <see cref="AccessGate"/> decide about every function that is called by HTTP, by what is declared at its method. Both hosts run it.</summary>
internal sealed class AccessMiddleware(AccessGate gate) : IFunctionsWorkerMiddleware
{
    // What a method that declares nothing asks for.
    private static readonly PolicyAttribute Undeclared = new RequiresAttribute(Role.Admin);

    private readonly ConcurrentDictionary<string, PolicyAttribute> _policies = new(StringComparer.Ordinal);

    /// <summary>Lets the function run, or answers in its place.</summary>
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        return context.GetHttpContext() is HttpContext http
            ? gate.PassAsync(http, context.FunctionDefinition.Name, PolicyOf(context.FunctionDefinition), () => next(context))
            : next(context);
    }

    private PolicyAttribute PolicyOf(FunctionDefinition function) => _policies.GetOrAdd(function.EntryPoint, _ => MethodOf(function)?.GetCustomAttribute<PolicyAttribute>() ?? Undeclared);

    private static MethodInfo? MethodOf(FunctionDefinition function)
    {
        int end = function.EntryPoint.LastIndexOf('.');
        Assembly assembly = AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(a => !a.IsDynamic && string.Equals(a.Location, function.PathToAssembly, StringComparison.Ordinal)) ?? Assembly.LoadFrom(function.PathToAssembly);
        return assembly.GetType(function.EntryPoint[..end])?.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
            .SingleOrDefault(method => string.Equals(method.GetCustomAttribute<FunctionAttribute>()?.Name, function.Name, StringComparison.Ordinal));
    }
}

/// <summary>Composes what decides who is let in.</summary>
public static class AccessServices
{
    /// <summary>Has the Functions worker run what decides.</summary>
    public static IFunctionsWorkerApplicationBuilder UsePipelineAccess(this IFunctionsWorkerApplicationBuilder builder) => builder.UseMiddleware<AccessMiddleware>();

    /// <summary>Adds the gate, the limits and the sign-in by the keys of the Azure Functions host and by tokens of the authority that the settings name, where they name one.</summary>
    /// <param name="services">Where it is added.</param>
    /// <param name="configuration">The settings.</param>
    /// <param name="mode">Whether credentials are asked for.</param>
    /// <exception cref="SettingException">A setting is missing or wrong; the message names it.</exception>
    public static IServiceCollection AddAccess(this IServiceCollection services, IConfiguration configuration, AccessMode mode)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        AccessOptions options = Read<AccessOptions>(configuration, "Access");
        LimitOptions limits = Read<LimitOptions>(configuration, "Limits");
        options.Validate();
        options.ValidateMasking([.. MaskingSettings.Read(configuration).Select(rule => rule.Replacement)]);
        limits.Validate();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IAccessKeys>(_ => new ConfiguredKeys(configuration, options));
        services.AddSingleton(mode).AddSingleton(options).AddSingleton(limits);
        services.AddSingleton<CallerLimits>().AddSingleton<WorkLimits>().AddSingleton<SignIn>().AddSingleton<AccessGate>().AddSingleton<AccessMiddleware>();
        if (options.TakesTokens)
        {
            services.AddSingleton<ITokenVerifier>(provider => new EntraTokens(options, provider.GetRequiredService<TimeProvider>()));
        }

        return services;
    }

    private static T Read<T>(IConfiguration configuration, string section)
        where T : class, new()
    {
        try
        {
            return configuration.GetSection(section).Get<T>() ?? new T();
        }
        catch (InvalidOperationException e)
        {
            throw new SettingException(section, $"has a value that cannot be read: {e.Message}", e);
        }
    }
}
