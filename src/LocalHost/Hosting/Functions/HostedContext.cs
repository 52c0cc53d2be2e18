using System.Collections;
using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost.Hosting.Http;

namespace Pipeline.LocalHost.Hosting.Functions;

/// <summary>A run of a function that a request starts, as a middleware of the Functions worker sees it.</summary>
internal sealed class HostedContext : FunctionContext
{
    // Under this name the worker keeps the request for HttpContextExtensions.GetHttpContext.
    private const string RequestItem = "HttpRequestContext";

    private readonly Definition _definition;

    /// <summary>Creates the context.</summary>
    /// <param name="function">The function.</param>
    /// <param name="request">The request.</param>
    public HostedContext(HttpFunction function, HttpContext request)
    {
        _definition = new Definition(function.Function);
        Items = new Dictionary<object, object> { [RequestItem] = request };
        InstanceServices = request.RequestServices;
        InvocationId = request.TraceIdentifier;
        TraceContext = new Trace(request.Request);
        BindingContext = new Names(request.Request.RouteValues.ToDictionary(v => v.Key, v => v.Value, StringComparer.OrdinalIgnoreCase));
        CancellationToken = request.RequestAborted;
    }

    /// <inheritdoc/>
    public override string InvocationId { get; }

    /// <inheritdoc/>
    public override string FunctionId => _definition.Id;

    /// <inheritdoc/>
    public override TraceContext TraceContext { get; }

    /// <inheritdoc/>
    public override BindingContext BindingContext { get; }

    /// <summary>Null, as for every function that is not tried again.</summary>
    public override RetryContext RetryContext => null!;

    /// <inheritdoc/>
    public override IServiceProvider InstanceServices { get; set; }

    /// <inheritdoc/>
    public override FunctionDefinition FunctionDefinition => _definition;

    /// <inheritdoc/>
    public override IDictionary<object, object> Items { get; set; }

    /// <inheritdoc/>
    public override IInvocationFeatures Features { get; } = new FeatureSet();

    /// <inheritdoc/>
    public override CancellationToken CancellationToken { get; }

    private sealed class Definition(HostedFunction function) : FunctionDefinition
    {
        public override ImmutableArray<FunctionParameter> Parameters { get; } = [.. function.Method.GetParameters().Select(p => new FunctionParameter(p.Name!, p.ParameterType))];

        public override string PathToAssembly => function.Class.Assembly.Location;

        public override string EntryPoint => function.EntryPoint;

        public override string Id => function.Name;

        public override string Name => function.Name;

        public override IImmutableDictionary<string, BindingMetadata> InputBindings => ImmutableDictionary<string, BindingMetadata>.Empty;

        public override IImmutableDictionary<string, BindingMetadata> OutputBindings => ImmutableDictionary<string, BindingMetadata>.Empty;
    }

    private sealed class Trace(HttpRequest request) : TraceContext
    {
        public override string TraceParent => request.Headers.TraceParent.ToString();

        public override string TraceState => request.Headers.TraceState.ToString();
    }

    private sealed class Names(IReadOnlyDictionary<string, object?> values) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData => values;
    }

    private sealed class FeatureSet : IInvocationFeatures
    {
        private readonly Dictionary<Type, object> _features = [];

        public T? Get<T>() => _features.TryGetValue(typeof(T), out object? feature) ? (T)feature : default;

        public void Set<T>(T instance) => _features[typeof(T)] = instance!;

        public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
