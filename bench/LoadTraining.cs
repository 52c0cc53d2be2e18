using System.Net.Http.Json;
using System.Text.Json;

namespace Pipeline.Bench;

/// <summary>Keeps a training under way by the API: when one has ended, the next is begun.</summary>
internal sealed class LoadTraining(HttpClient http, Uri api)
{
    private Uri? _current;

    /// <summary>Trainings begun.</summary>
    public int Begun { get; private set; }

    /// <summary>Begins a training.</summary>
    /// <exception cref="HttpRequestException">The API refuses.</exception>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await http.PostAsJsonAsync(new Uri(api, "train"), new { }, cancellationToken);
        response.EnsureSuccessStatusCode();
        _current = new Uri(api, response.Headers.Location!);
        Begun++;
    }

    /// <summary>Looks at the training, and begins another where it has ended.</summary>
    /// <returns>Whether it was under way.</returns>
    /// <exception cref="HttpRequestException">The API refuses, or the training failed.</exception>
    public async Task<bool> KeepUpAsync(CancellationToken cancellationToken)
    {
        JsonElement training = await http.GetFromJsonAsync<JsonElement>(_current, cancellationToken);
        switch (training.GetProperty("status").GetString())
        {
            case "pending" or "running":
                return true;
            case "completed":
                await BeginAsync(cancellationToken);
                return false;
            case var other:
                throw new HttpRequestException($"The training is {other}.");
        }
    }
}
