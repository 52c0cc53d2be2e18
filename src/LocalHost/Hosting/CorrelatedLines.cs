using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Pipeline.LocalHost.Hosting;

/// <summary>Writes log entries a line each: time in UTC, level, category with the event's id, message, and the trace id of the work that it belongs to. What a message quotes of others can neither begin a line nor move the terminal.</summary>
internal sealed class CorrelatedLines() : ConsoleFormatter(FormatterName)
{
    /// <summary>The formatter's name.</summary>
    public const string FormatterName = "correlated";

    // What keeps the host from starting ends the program with a message of its own.
    private const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";
    private const int StartFailed = 11;

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        ArgumentNullException.ThrowIfNull(textWriter);
        if (logEntry.EventId.Id == StartFailed && string.Equals(logEntry.Category, HostCategory, StringComparison.Ordinal))
        {
            return;
        }

        string message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        textWriter.Write(DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z' ", CultureInfo.InvariantCulture));
        textWriter.Write(Level(logEntry.LogLevel));
        textWriter.Write(string.Create(CultureInfo.InvariantCulture, $": {logEntry.Category}[{logEntry.EventId.Id}] "));
        textWriter.Write(InertText.Line(message));
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            textWriter.Write($" trace={activity.TraceId}");
        }

        if (logEntry.Exception is not null)
        {
            textWriter.Write($" {InertText.Line(logEntry.Exception.ToString())}");
        }

        textWriter.Write(Environment.NewLine);
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
