using Pipeline.RouteContract;

const string Usage = "Usage: dotnet run --project tools/RouteContract -- ADDRESS [--key KEY] [--host functions|local]";
string? key = Option("--key");
string host = Option("--host") ?? "functions";
if (args.Length == 0 || !Uri.TryCreate(args[0], UriKind.Absolute, out Uri? address) || host is not ("functions" or "local"))
{
    Console.Error.WriteLine(Usage);
    return 2;
}

using HttpClient client = new() { BaseAddress = address };
RouteReplay replay = new(client, key, host);
try
{
    if (await replay.StateAsync() is not string state)
    {
        Console.Error.WriteLine("The host holds incidents and no model. Preprocess and train first, or start it on an empty data folder.");
        return 2;
    }

    Console.Out.WriteLine($"{address} as '{host}', with {(state is "empty" ? "an empty warehouse; run it again with data" : "data")}");
    int failed = 0;
    await foreach ((RouteCase route, IReadOnlyList<string>? problems) in replay.RunAsync(state))
    {
        string outcome = problems is null ? "SKIP" : problems.Count == 0 ? "PASS" : "FAIL";
        Console.Out.WriteLine($"{outcome}  {route.Method ?? route.Route!.Split(' ')[0]} {route.Path}: {route.Name}{(problems is null ? $" ({route.Differs[host].Why})" : "")}");
        foreach (string problem in problems ?? [])
        {
            Console.Out.WriteLine($"      {problem}");
        }

        failed += problems is { Count: > 0 } ? 1 : 0;
    }

    Console.Out.WriteLine(failed == 0 ? "The contract holds." : $"{failed} differ.");
    return failed == 0 ? 0 : 1;
}
catch (Exception e) when (e is HttpRequestException or KeyNotFoundException or InvalidOperationException)
{
    Console.Error.WriteLine($"{address} does not answer as the pipeline does: {e.Message} Start it, and where it asks for a key, give one with --key.");
    return 1;
}

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and int at && at + 1 < args.Length ? args[at + 1] : null;
