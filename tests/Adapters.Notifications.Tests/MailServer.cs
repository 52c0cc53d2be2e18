using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Pipeline.TestSupport;

namespace Pipeline.Adapters.Notifications.Tests;

/// <summary>A mail server in a process of its own, which ends with this one. It is installed from npm on first use.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private static readonly JsonSerializerOptions Names = new(JsonSerializerDefaults.Web);

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    private MailServer(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => _lines.Writer.TryWrite(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The port on this machine.</summary>
    public int Port { get; private set; }

    public static async Task<MailServer> StartAsync()
    {
        string folder = await NpmInstallation.RequireAsync("MailServer", "mail-server.cjs");
        ProcessStartInfo start = new("node", ["mail-server.cjs"]) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        MailServer server = new(Process.Start(start)!);
        string said = await server.LineAsync();
        server.Port = int.Parse(said["port ".Length..], CultureInfo.InvariantCulture);
        return server;
    }

    /// <summary>The next message that it took.</summary>
    public async Task<Mail> TakeAsync() => JsonSerializer.Deserialize<Mail>(await LineAsync(), Names)!;

    public ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string> LineAsync()
    {
        using CancellationTokenSource patience = new(Patience);
        return await _lines.Reader.ReadAsync(patience.Token);
    }
}

/// <summary>A message as the server took it.</summary>
internal sealed record Mail(string From, string[] To, string Subject, string Text, string Alert);
