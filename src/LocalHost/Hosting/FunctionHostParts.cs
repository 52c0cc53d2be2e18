using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Hosting.Http;
using Pipeline.LocalHost.Hosting.Tls;
using Pipeline.LocalHost.Hosting.Tokens;

namespace Pipeline.LocalHost.Hosting;

/// <summary>What a host is built from.</summary>
internal sealed record FunctionHostParts
{
    /// <summary>The classes to look for functions in.</summary>
    public required IReadOnlyList<Type> Functions { get; init; }

    /// <summary>How it runs.</summary>
    public required HostSettings Settings { get; init; }

    /// <summary>The certificate that it answers with.</summary>
    public TlsSettings Tls { get; init; } = new();

    /// <summary>What it shares with the Azure host.</summary>
    public HostJson HostJson { get; init; } = new("api");

    /// <summary>Where settings that functions refer to are looked up.</summary>
    public required IConfiguration Configuration { get; init; }

    /// <summary>The keys that requests bring.</summary>
    public required HostKeys Keys { get; init; }

    /// <summary>The file of the keys, looked at while the host runs; null for keys that do not change.</summary>
    public string? KeysPath { get; init; }

    /// <summary>The files of the tokens that the host issues itself; null where it issues none.</summary>
    public TokenFiles? Tokens { get; init; }

    /// <summary>The file that remembers timers and objects.</summary>
    public required string StatePath { get; init; }

    /// <summary>The file of the orchestrations' journal.</summary>
    public required string JournalPath { get; init; }

    /// <summary>What it does beside answering requests. A replica does nothing else.</summary>
    public HostWork Work { get; init; } = HostWork.All;

    /// <summary>Registers what the functions' constructors take.</summary>
    public Action<IServiceCollection> Services { get; init; } = _ => { };

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>What a host does beside answering requests.</summary>
[Flags]
internal enum HostWork
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It runs orchestrations.</summary>
    Orchestrations = 1,

    /// <summary>The clock and new objects start functions.</summary>
    Triggers = 2,

    /// <summary>All of it.</summary>
    All = Orchestrations | Triggers,
}
