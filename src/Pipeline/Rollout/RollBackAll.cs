using System.Globalization;
using Pipeline.Alerts;
using Pipeline.Models;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Rollout;

/// <summary>
/// Brings the previous version of every tech center back, as after a training that did harm everywhere. A tech center that cannot go back does not keep the others from it. Doing it again goes on where
/// it was: one that is rolled back has no previous version any more, and stays as it is. One alert tells of all of them.
/// </summary>
public sealed class RollBackAll(ManageVersions versions, ModelStore models, RaiseAlert alerts)
{
    /// <summary>Rolls back.</summary>
    /// <param name="order">Who wants it and why.</param>
    /// <param name="cancellationToken">Stops between two tech centers.</param>
    /// <exception cref="RequestException">No reason is given.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    /// <exception cref="WarehouseException">The alert cannot be written; what was rolled back stays so.</exception>
    public async Task<RollbackOfAll> RunAsync(StageOrder order, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (string.IsNullOrWhiteSpace(order.Reason))
        {
            throw RequestException.Invalid("reason", "Say why all tech centers go back to the version before: whoever meets it reads it.");
        }

        List<StageResult> changed = [];
        List<string> unchanged = [];
        List<RollbackFailure> failed = [];
        foreach (string center in (await models.ListFoldersAsync(cancellationToken)).Keys.Order(StringComparer.Ordinal))
        {
            try
            {
                if ((await models.Stages.ReadAsync(center, cancellationToken)).Previous is null)
                {
                    unchanged.Add(center);
                    continue;
                }

                changed.Add(await versions.RollBackAsync(center, order, cancellationToken));
            }
            catch (Exception e) when (e is ModelException or ObjectStoreException or RequestException)
            {
                failed.Add(new RollbackFailure(center, e.Message));
            }
        }

        if (changed.Count + failed.Count > 0)
        {
            string versionsNow = string.Join(", ", changed.Select(c => $"{c.TechCenter} {c.Production}"));
            string text = string.Create(CultureInfo.InvariantCulture, $"{order.Who} brought the version before back, in {changed.Count} tech centers ({versionsNow}): {order.Reason} {(failed.Count == 0 ? "" : $"{failed.Count} could not go back: {string.Join(", ", failed.Select(f => f.TechCenter))}.")}").TrimEnd();
            await alerts.RunAsync(new AlertEvent(AlertRules.RolloutReverted, text, Subject: "all " + string.Join(' ', changed.Select(c => c.Version))), cancellationToken);
        }

        return new RollbackOfAll(changed, unchanged, failed);
    }
}

/// <summary>What a rollback of all tech centers did.</summary>
/// <param name="Changed">Those that went back, with their stages.</param>
/// <param name="Unchanged">Those without a previous version.</param>
/// <param name="Failed">Those that could not go back.</param>
public sealed record RollbackOfAll(IReadOnlyList<StageResult> Changed, IReadOnlyList<string> Unchanged, IReadOnlyList<RollbackFailure> Failed);

/// <summary>A tech center that could not go back.</summary>
/// <param name="TechCenter">Its name.</param>
/// <param name="Problem">Why, and what to do.</param>
public sealed record RollbackFailure(string TechCenter, string Problem);
