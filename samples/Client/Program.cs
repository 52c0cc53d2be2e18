using Microsoft.Kiota.Abstractions;
using Pipeline.Client;
using Pipeline.Client.Models;

// Where the interface is, and a key; without one, what anyone may ask.
Uri address = new(args.Length > 0 ? args[0] : "http://127.0.0.1:7071/api");
string? key = Environment.GetEnvironmentVariable("PIPELINE_KEY");
PipelineClient client = key is null ? PipelineClient.Anonymous(address) : PipelineClient.WithKey(address, key);

try
{
    // What to fix first, over all tech centers.
    Ranking? ranking = await client.Ranking.GetAsync();
    foreach (RankedProblem problem in ranking?.First ?? [])
    {
        Console.WriteLine($"{problem.Size,6} x {problem.Label}, in {string.Join(", ", problem.Places!.Select(place => place.TechCenter))}");
    }

    // The tickets of the first one's largest place, and those that are most like one of them, with how they were resolved.
    if (ranking?.First?.FirstOrDefault()?.Places?.FirstOrDefault() is { TechCenter: string center, Id: int id })
    {
        ShownIncidents? tickets = await client.Problems[center][id].Incidents.GetAsync(request => request.QueryParameters.PageSize = 3);
        string number = tickets!.Incidents![0].Number!;
        Console.WriteLine($"of {tickets.Total} tickets {number}: {tickets.Incidents[0].Text}");
        foreach (FoundIncident like in (await client.Incidents[number].Similar.GetAsync(request => request.QueryParameters.Top = 3))!.Incidents!)
        {
            Console.WriteLine($"  like {like.Number}: {like.CloseNotes ?? "not resolved yet"}");
        }
    }

    // Words and meaning.
    SearchResult? found = await client.Search.PostAsync(new SearchRequest { Text = "vpn drops at home", Top = 3 });
    Console.WriteLine($"found: {string.Join(", ", found!.Incidents!.Select(incident => incident.Number))}");
}
catch (Problem problem)
{
    // What is wrong and how to mend it, as the host says it, and what of each field.
    Console.Error.WriteLine($"{problem.Title} {problem.Detail}");
    return 1;
}
catch (ApiException refused) when (refused.ResponseStatusCode == 401)
{
    Console.Error.WriteLine("The key is not valid, or one is needed: set PIPELINE_KEY.");
    return 2;
}

return 0;
