using System.CommandLine;
using System.Globalization;

namespace Pipeline.Bench.Faults;

/// <summary><c>faults</c>: the whole pipeline over stores and a clock that go wrong by a seed; what must hold is checked after each.</summary>
internal static class FaultsCommand
{
    public static Command Create()
    {
        Option<int> seeds = new("--seeds") { Description = "How many seeds.", DefaultValueFactory = _ => 300 };
        Option<int> first = new("--first") { Description = "The first seed.", DefaultValueFactory = _ => 1 };
        Option<double> share = new("--share") { Description = "The share of calls that go wrong, 0 to 1.", DefaultValueFactory = _ => 0.03 };
        Command command = new("faults", "Break the stores by seeds under the whole pipeline, and check what must hold.") { seeds, first, share };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            SortedDictionary<string, int> faults = new(StringComparer.Ordinal);
            int violated = 0;
            foreach (int seed in Enumerable.Range(parsed.GetValue(first), parsed.GetValue(seeds)))
            {
                string folder = Directory.CreateTempSubdirectory("pipeline-faults-").FullName;
                FaultOutcome outcome = await FaultRun.RunAsync(seed, parsed.GetValue(share), folder, cancellationToken);
                Directory.Delete(folder, recursive: true);
                foreach ((string kind, int count) in outcome.Faults)
                {
                    faults[kind] = faults.GetValueOrDefault(kind) + count;
                }

                violated += outcome.Violations.Count > 0 ? 1 : 0;
                foreach (string violation in outcome.Violations)
                {
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {violation}"));
                }
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{parsed.GetValue(seeds)} seeds, {string.Join(", ", faults.Select(f => $"{f.Key} {f.Value}"))}: {violated} seeds with violations"));
            return violated == 0 ? 0 : 1;
        });
        return command;
    }
}
