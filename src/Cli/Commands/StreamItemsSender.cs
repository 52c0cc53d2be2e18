using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.LocalHost;
using Pipeline.Requests;
using Pipeline.Streams;

namespace Pipeline.Cli.Commands;

/// <summary>Sends the items of a file to a stream, some hundred at once. An item that is refused costs itself only, and is named by its place in the file.</summary>
internal sealed class StreamItemsSender(TakeStreamItems take, string stream)
{
    private const int ItemsAtOnce = 500;

    private readonly List<RefusedItem> _refused = [];

    /// <summary>How many items the stream took.</summary>
    public int Accepted { get; private set; }

    /// <summary>How many it knew before.</summary>
    public int Duplicates { get; private set; }

    /// <summary>The others, in the file's order.</summary>
    public IReadOnlyList<RefusedItem> Refused => _refused;

    /// <summary>Sends a JSON array, or one item a line.</summary>
    /// <exception cref="CommandException">The file begins as an array and is no sound JSON.</exception>
    /// <exception cref="RequestException">The stream takes nothing at all.</exception>
    public async Task SendAsync(TextReader reader, CancellationToken cancellationToken)
    {
        if (reader.Peek() == '[')
        {
            using JsonDocument all = Parse(await reader.ReadToEndAsync(cancellationToken));
            foreach (SentLine[] part in all.RootElement.EnumerateArray().Select((item, index) => new SentLine(index, null, item.GetRawText())).Chunk(ItemsAtOnce))
            {
                await SendAsync(part, cancellationToken);
            }

            return;
        }

        List<SentLine> lines = [];
        int number = 0, index = 0;
        while (await reader.ReadLineAsync(cancellationToken) is string line)
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                lines.Add(new SentLine(index++, number, line));
            }

            if (lines.Count == ItemsAtOnce)
            {
                await SendAsync(lines, cancellationToken);
                lines.Clear();
            }
        }

        await SendAsync(lines, cancellationToken);
    }

    private async Task SendAsync(IReadOnlyList<SentLine> lines, CancellationToken cancellationToken)
    {
        List<RefusedItem> refused = [];
        SentLine[] sound = [.. lines.Where(line => IsItem(line, refused))];
        if (sound.Length > 0)
        {
            await TakeAsync(sound, refused, cancellationToken);
        }

        _refused.AddRange(refused.OrderBy(item => item.Index));
    }

    private async Task TakeAsync(SentLine[] lines, List<RefusedItem> refused, CancellationToken cancellationToken)
    {
        using MemoryStream body = new(Encoding.UTF8.GetBytes($"[{string.Join(',', lines.Select(line => line.Json))}]"));
        try
        {
            AddedItems added = await take.RunAsync(stream, body, cancellationToken);
            Accepted += added.Accepted;
            Duplicates += added.Duplicates;
            refused.AddRange(added.Rejected.Select(r => new RefusedItem(lines[r.Index].Index, lines[r.Index].Line, r.Id, r.Field, r.Reason)));
        }
        catch (RequestException e) when (e.Problem == RequestProblem.Invalid && e.Errors.Keys.Any(key => key.StartsWith("items[", StringComparison.Ordinal)))
        {
            // None of them can be used. The error names a few; one by one, each is told what is wrong with it.
            if (lines is [SentLine only])
            {
                (string field, string[] reasons) = e.Errors.First();
                refused.Add(new RefusedItem(only.Index, only.Line, null, field[(field.IndexOf('.', StringComparison.Ordinal) + 1)..], reasons[0]));
                return;
            }

            foreach (SentLine line in lines)
            {
                await TakeAsync([line], refused, cancellationToken);
            }
        }
    }

    private static bool IsItem(SentLine line, List<RefusedItem> refused)
    {
        try
        {
            using JsonDocument item = JsonDocument.Parse(line.Json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return true;
        }
        catch (JsonException e)
        {
            string place = e.BytePositionInLine is long at ? string.Create(CultureInfo.InvariantCulture, $", at byte {at + 1}") : ", or has a field twice";
            refused.Add(new RefusedItem(line.Index, line.Line, null, "items", $"This is no sound JSON{place}. An item is a JSON object with id and text."));
            return false;
        }
        catch (InvalidOperationException)
        {
            // The name of a field is no text; the stream says so.
            return true;
        }
    }

    private static JsonDocument Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException e)
        {
            throw new CommandException($"The file is not valid JSON: {e.Message}", ExitCode.WrongUsage, e);
        }
    }

    private sealed record SentLine(int Index, int? Line, string Json);
}

/// <summary>An item of a file that a stream refused.</summary>
/// <param name="Index">Its place among the file's items, from 0.</param>
/// <param name="Line">Its line in the file, from 1; null in an array.</param>
/// <param name="Id">Its id, where that can be read.</param>
/// <param name="Field">What is wrong.</param>
/// <param name="Reason">Why, and how to mend it.</param>
internal sealed record RefusedItem(int Index, int? Line, string? Id, string Field, string Reason);
