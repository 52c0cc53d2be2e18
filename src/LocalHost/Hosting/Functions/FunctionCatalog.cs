using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Hosting.Blobs;
using Pipeline.LocalHost.Hosting.Http;
using Pipeline.LocalHost.Hosting.Timers;

namespace Pipeline.LocalHost.Hosting.Functions;

/// <summary>The functions of an app, found by reflection and checked as a whole, so that one that cannot run is known before anything starts.</summary>
internal sealed partial class FunctionCatalog
{
    private const BindingFlags Methods = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly List<HttpFunction> _http = [];
    private readonly List<TimerFunction> _timers = [];
    private readonly List<BlobFunction> _blobs = [];
    private readonly List<HostedFunction> _orchestrations = [];
    private readonly List<HostedFunction> _activities = [];

    private FunctionCatalog()
    {
    }

    /// <summary>The functions that HTTP requests start.</summary>
    public IReadOnlyList<HttpFunction> Http => _http;

    /// <summary>The functions that the clock starts.</summary>
    public IReadOnlyList<TimerFunction> Timers => _timers;

    /// <summary>The functions that new objects start.</summary>
    public IReadOnlyList<BlobFunction> Blobs => _blobs;

    /// <summary>The orchestrators; an invocation's trigger value is the context.</summary>
    public IReadOnlyList<HostedFunction> Orchestrations => _orchestrations;

    /// <summary>The activities; an invocation's trigger value is the input, of the trigger parameter's type.</summary>
    public IReadOnlyList<HostedFunction> Activities => _activities;

    /// <summary>All functions, in the order in which they were found.</summary>
    public IEnumerable<HostedFunction> All => [.. _http.Select(f => f.Function), .. _timers.Select(f => f.Function), .. _blobs.Select(f => f.Function), .. _orchestrations, .. _activities];

    /// <summary>The classes of an assembly that have functions.</summary>
    public static IReadOnlyList<Type> TypesOf(Assembly assembly) => [.. assembly.GetTypes().Where(t => t.GetMethods(Methods).Any(m => m.IsDefined(typeof(FunctionAttribute))))];

    /// <summary>Finds the methods with <see cref="FunctionAttribute"/> in these types.</summary>
    /// <param name="types">The classes to look through.</param>
    /// <param name="settings">Where <c>%Setting%</c> in schedules and paths is looked up.</param>
    /// <exception cref="CommandException">A function cannot be hosted; the message lists every one, with class, method, parameter and what is supported.</exception>
    public static FunctionCatalog Discover(IEnumerable<Type> types, IConfiguration settings)
    {
        FunctionCatalog catalog = new();
        List<string> problems = [];
        foreach (MethodInfo method in types.SelectMany(t => t.GetMethods(Methods)).Where(m => m.IsDefined(typeof(FunctionAttribute))).OrderBy(m => m.DeclaringType!.FullName, StringComparer.Ordinal).ThenBy(m => m.Name, StringComparer.Ordinal))
        {
            try
            {
                catalog.Add(method, settings);
            }
            catch (FunctionProblem problem)
            {
                problems.Add(problem.Message);
            }
        }

        problems.AddRange(catalog.Duplicates());
        Refuse(problems);
        return catalog;
    }

    /// <summary>Checks that the services can build every class.</summary>
    /// <exception cref="CommandException">A constructor takes what is not registered; the message lists every one.</exception>
    public void CheckConstructors(IServiceProviderIsService services) => Refuse(
    [
        .. from type in All.Where(f => !f.Method.IsStatic).Select(f => f.Class).Distinct()
           from parameter in type.GetConstructors().Single().GetParameters()
           where !parameter.HasDefaultValue && !services.IsService(parameter.ParameterType)
           select $"{type.FullName}, constructor parameter '{parameter.Name}' ({parameter.ParameterType}): no such service is registered.",
    ]);

    private static void Refuse(List<string> problems)
    {
        if (problems.Count > 0)
        {
            throw new CommandException($"These functions cannot be hosted:{Environment.NewLine}{string.Join(Environment.NewLine, problems.Select(p => $"- {p}"))}", ExitCode.WrongUsage);
        }
    }

    private void Add(MethodInfo method, IConfiguration settings)
    {
        string name = CheckedName(method);
        (ParameterInfo parameter, Attribute trigger) = TriggerOf(method);
        switch (trigger)
        {
            case HttpTriggerAttribute http:
                _http.Add(HttpFunction.Create(method, http, names => Hosted(TriggerKind.Http, names)));
                break;
            case TimerTriggerAttribute timer:
                _timers.Add(TimerFunction.Create(timer, Hosted(TriggerKind.Timer, []), settings));
                break;
            case BlobTriggerAttribute blob:
                _blobs.Add(BlobFunction.Create(parameter, blob, names => Hosted(TriggerKind.Blob, names), settings));
                break;
            case OrchestrationTriggerAttribute:
                _orchestrations.Add(Hosted(TriggerKind.Orchestration, []));
                break;
            default:
                _activities.Add(Hosted(TriggerKind.Activity, []));
                break;
        }

        HostedFunction Hosted(TriggerKind kind, IReadOnlyCollection<string> names)
        {
            FunctionReturn.Check(method, kind);
            return new HostedFunction(name, kind, method, trigger, parameter, [.. method.GetParameters().Select(p => ParameterBinder.Bind(p, kind, p.Position == parameter.Position, names))]);
        }
    }

    private static string CheckedName(MethodInfo method)
    {
        string name = method.GetCustomAttribute<FunctionAttribute>()!.Name;
        if (!FunctionName().IsMatch(name))
        {
            throw new FunctionProblem(method, $"'{name}' is no function name: it begins with a letter, and goes on with at most 127 letters, digits, '_' and '-'.");
        }

        if (!method.IsPublic || !method.DeclaringType!.IsVisible || method.ContainsGenericParameters)
        {
            throw new FunctionProblem(method, "a function is a public method of a public class, without type parameters.");
        }

        return method.IsStatic || (!method.DeclaringType.IsAbstract && method.DeclaringType.GetConstructors().Length == 1)
            ? name
            : throw new FunctionProblem(method, "its class must have exactly one public constructor.");
    }

    private static (ParameterInfo Parameter, Attribute Trigger) TriggerOf(MethodInfo method)
    {
        const string Supported = "The host runs HttpTrigger, TimerTrigger, BlobTrigger, OrchestrationTrigger and ActivityTrigger";
        (ParameterInfo Parameter, Attribute Trigger)[] triggers =
        [
            .. from parameter in method.GetParameters()
               from attribute in parameter.GetCustomAttributes()
               where attribute is TriggerBindingAttribute
               select (parameter, attribute),
        ];
        if (triggers.Length != 1)
        {
            throw new FunctionProblem(method, $"it has {(triggers.Length == 0 ? "no trigger" : "more than one trigger")}. {Supported}; exactly one parameter bears one.");
        }

        (ParameterInfo found, Attribute trigger) = triggers[0];
        return trigger is HttpTriggerAttribute or TimerTriggerAttribute or BlobTriggerAttribute or OrchestrationTriggerAttribute or ActivityTriggerAttribute
            ? triggers[0]
            : throw new FunctionProblem(found, $"{trigger.GetType().Name} is a trigger that the host does not know. {Supported}.");
    }

    private IEnumerable<string> Duplicates()
    {
        IEnumerable<string> names = All.GroupBy(f => f.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1)
            .Select(g => $"The name '{g.Key}' is borne by {string.Join(" and ", g.Select(f => f.EntryPoint))}. Names must differ, not only in case.");
        IEnumerable<string> routes = from first in _http.Index()
                                     from second in _http.Skip(first.Index + 1)
                                     where first.Item.Overlaps(second)
                                     select $"The route '{first.Item.Route}' is answered by {first.Item.Function.EntryPoint} and {second.Function.EntryPoint}. Give one another route or another method.";
        return names.Concat(routes);
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]{0,127}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FunctionName();
}
