using Pipeline.Incidents;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Models;

/// <summary>The tech centers that have a model or incidents, by name or by folder.</summary>
/// <param name="directory">Those that have a model.</param>
/// <param name="centers">Those that have incidents.</param>
public sealed class TechCenterNames(ModelDirectory directory, ITechCenters centers)
{
    /// <summary>The full name of a tech center that a query may narrow an answer down to.</summary>
    /// <param name="asked">Its name or its folder's; null or empty for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The name; null for all.</returns>
    /// <exception cref="RequestException">There is no such tech center: what was asked for is not found.</exception>
    /// <exception cref="ModelException">A manifest cannot be read.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<string?> OfQueryAsync(string? asked, CancellationToken cancellationToken = default) =>
        string.IsNullOrEmpty(asked) ? null : await ResolveAsync(asked, RequestProblem.NotFound, cancellationToken);

    /// <summary>The full name of a tech center that a request names. One without a model has incidents all the same.</summary>
    /// <param name="asked">Its name, or the folder of its models.</param>
    /// <param name="problem">What it is where there is none: not found in an address, invalid in a field.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There is no such tech center; the message names those that are known.</exception>
    /// <exception cref="ModelException">A manifest cannot be read.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<string> ResolveAsync(string asked, RequestProblem problem, CancellationToken cancellationToken = default)
    {
        if ((await directory.ListAsync(cancellationToken)).Contains(asked, StringComparer.Ordinal))
        {
            return asked;
        }

        IReadOnlyList<string> stored = await centers.ListTechCentersAsync(cancellationToken);
        return stored.Contains(asked, StringComparer.Ordinal) ? asked : await directory.FindAsync(asked, cancellationToken) ?? throw Unknown(asked, [.. stored.Union(await directory.ListAsync(cancellationToken), StringComparer.Ordinal).Order(StringComparer.Ordinal)], problem);
    }

    private static RequestException Unknown(string asked, string[] known, RequestProblem problem)
    {
        string message = $"There is no tech center '{asked}'. {(known.Length == 0 ? "None is known yet: import incidents first." : $"Known: {string.Join(", ", known.Select(name => $"'{name}'"))}.")}";
        return new RequestException(problem, message, new Dictionary<string, string[]>(StringComparer.Ordinal) { ["techCenter"] = [message] });
    }
}
