using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace Pipeline.Cli.Tests.Support;

/// <summary>A serving process; disposing kills it without warning.</summary>
internal sealed class ServingProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly Task<string> _rest;

    private ServingProcess(Process process, string api, Task<string> rest)
    {
        _process = process;
        _rest = rest;
        Client = new HttpClient { BaseAddress = new Uri(api) };
    }

    /// <summary>Speaks to the API: addresses are relative to it.</summary>
    public HttpClient Client { get; }

    public static async Task<ServingProcess> StartAsync(string data, IReadOnlyDictionary<string, string>? environment = null, bool development = true, params string[] options)
    {
        Process process = CommandLine.Start(["serve", "--data", data, "--port", "0", .. development ? ["--development"] : Array.Empty<string>(), .. options], environment);
        process.BeginErrorReadLine();
        while (await process.StandardOutput.ReadLineAsync() is string line)
        {
            if (line.StartsWith("API ", StringComparison.Ordinal))
            {
                return new ServingProcess(process, line["API ".Length..].Trim() + "/", process.StandardOutput.ReadToEndAsync());
            }
        }

        throw new InvalidOperationException("The host ended before it served.");
    }

    public Task<JsonElement> GetAsync(string path) => Client.GetFromJsonAsync<JsonElement>(path);

    public async Task<JsonElement> PostAsync(string path, object body)
    {
        using HttpResponseMessage answer = await Client.PostAsJsonAsync(path, body);
        JsonElement read = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.IsSuccessStatusCode.ShouldBeTrue(read.GetRawText());
        return read;
    }

    /// <summary>Asks again and again until the answer is as expected.</summary>
    public async Task<JsonElement> UntilAsync(string path, Func<JsonElement, bool> expected)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (clock.Elapsed < Patience)
        {
            JsonElement answer = await GetAsync(path);
            if (expected(answer))
            {
                return answer;
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"{path} was not as expected within {Patience}.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _rest;
        _process.Dispose();
        Client.Dispose();
    }
}
