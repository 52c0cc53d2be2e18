using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using Pipeline.Monitoring;

namespace Pipeline.LocalHost.Hosting;

/// <summary>How the host runs: the settings under <c>Host</c>, such as <c>Host:Port</c>.</summary>
internal sealed record HostSettings
{
    /// <summary>The address to listen on. Anything but a loopback address opens the host to other machines; then the report and the status ask for a key too.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>The port, 0 to 65535; 0 takes a free one.</summary>
    public int Port { get; init; } = 7071;

    /// <summary>
    /// The names under which clients know the host beside its addresses and this machine's name, such as a proxy's, separated by commas or semicolons: a request
    /// that names another host, or comes from a page of another, is refused.
    /// </summary>
    public string AllowedHosts { get; init; } = "";

    /// <summary>Whether functions answer without keys; on loopback addresses only.</summary>
    public bool Development { get; init; }

    /// <summary>Whether this instance only reads, beside one that writes: no schedules, no orchestrations, no lock on the data folder.</summary>
    public bool Replica { get; init; }

    /// <summary>Where the instance that writes is reached, as a replica tells those who ask it for a change; empty where nobody is told.</summary>
    public string WriterUrl { get; init; } = "";

    /// <summary>The folder of the keys and of the host's own tokens; empty for the data folder. It may be one that can only be read, such as a mounted secret.</summary>
    public string SecretsFolder { get; init; } = "";

    /// <summary>The largest JSON body that is read, in bytes, 1 KiB to 1 GiB.</summary>
    public long MaxJsonBytes { get; init; } = 1 << 20;

    /// <summary>The largest body of another type, in bytes, 1 KiB to 16 GiB. The default is the Azure host's.</summary>
    public long MaxRequestBytes { get; init; } = 100 << 20;

    /// <summary>Seconds between two looks for new objects, 1 to 86400.</summary>
    public int BlobPollSeconds { get; init; } = 10;

    /// <summary>Seconds that running functions have to end when the host stops, 1 to 600.</summary>
    public int ShutdownSeconds { get; init; } = 30;

    /// <summary>The part that the instance has.</summary>
    public InstanceRole Role => new(Replica, WriterUrl.Length > 0 ? new Uri(WriterUrl) : null);

    /// <summary>Whether only this machine can reach the host.</summary>
    public bool IsLoopback => IPAddress.TryParse(Address, out IPAddress? address) && IPAddress.IsLoopback(address);

    /// <summary>The names in <see cref="AllowedHosts"/>.</summary>
    public IReadOnlyList<string> AllowedNames => AllowedHosts.Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>
    /// Whether the host goes by this name. On a loopback address: localhost and loopback addresses. Elsewhere any address too, since only names can be made to lead here,
    /// and this machine's name. Everywhere the allowed names.
    /// </summary>
    public bool GoesBy(string host)
    {
        bool isAddress = IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address);
        return AllowedNames.Contains(host, StringComparer.OrdinalIgnoreCase)
            || string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
            || (isAddress && (!IsLoopback || IPAddress.IsLoopback(address!)))
            || (!IsLoopback && string.Equals(host, Environment.MachineName, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Reads the settings; <see cref="Validate"/> checks them.</summary>
    /// <exception cref="CommandException">A setting is malformed; the message names it.</exception>
    public static HostSettings Read(IConfiguration configuration)
    {
        try
        {
            return (configuration.GetSection("Host").Get<HostSettings>() ?? new()) with
            {
                Development = string.Equals(configuration["AZURE_FUNCTIONS_ENVIRONMENT"], "Development", StringComparison.OrdinalIgnoreCase),
            };
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new CommandException($"A setting under Host in local.settings.json or the environment cannot be read: {e.Message}", ExitCode.WrongUsage, e);
        }
    }

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="CommandException">A setting is out of its range; the message names it.</exception>
    public void Validate()
    {
        if (!IPAddress.TryParse(Address, out _))
        {
            throw new CommandException($"Host:Address is '{Address}'; it must be an IP address, such as 127.0.0.1, or 0.0.0.0 for all of this machine's.", ExitCode.WrongUsage);
        }

        if (Development && !IsLoopback)
        {
            throw new CommandException($"Host:Address is '{Address}', which other machines reach, and in development no key is asked for. Leave out --development and AZURE_FUNCTIONS_ENVIRONMENT=Development, and send the keys; or listen on 127.0.0.1.", ExitCode.WrongUsage);
        }

        if (AllowedNames.FirstOrDefault(name => Uri.CheckHostName(name) == UriHostNameType.Unknown) is string wrong)
        {
            throw new CommandException($"Host:AllowedHosts names '{wrong}', which is no name of a host. Write names without scheme and port, separated by commas, such as pipeline.example.org.", ExitCode.WrongUsage);
        }

        if (WriterUrl.Length > 0 && !(Uri.TryCreate(WriterUrl, UriKind.Absolute, out Uri? writer) && writer.Scheme is "http" or "https"))
        {
            throw new CommandException($"Host:WriterUrl is '{WriterUrl}'; it must be an address such as https://pipeline.example.org.", ExitCode.WrongUsage);
        }

        Require("Host:Port", Port, 0, 65535);
        Require("Host:MaxJsonBytes", MaxJsonBytes, 1 << 10, 1 << 30);
        Require("Host:MaxRequestBytes", MaxRequestBytes, 1 << 10, 1L << 34);
        Require("Host:BlobPollSeconds", BlobPollSeconds, 1, 86400);
        Require("Host:ShutdownSeconds", ShutdownSeconds, 1, 600);
    }

    private static void Require(string name, long value, long lowest, long highest)
    {
        if (value < lowest || value > highest)
        {
            throw new CommandException(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it must be from {lowest} to {highest}."), ExitCode.WrongUsage);
        }
    }
}
