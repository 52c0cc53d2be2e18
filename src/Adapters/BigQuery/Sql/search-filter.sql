-- Which entries a search may find: a part of other statements. One without a date counts as older than all others.
    (entry.sys_created_on IS NULL OR entry.sys_created_on BETWEEN @firstInstant AND @lastInstant)
    AND COALESCE(entry.created_ticks, 0) >= @fromTicks AND COALESCE(entry.created_ticks, 0) < @untilTicks
    AND (@anyCenter = 1 OR entry.tech_center IN UNNEST(@techCenters))
    AND (@priority IS NULL OR entry.number IN (SELECT number FROM incidents WHERE priority = @priority))
    AND (@anyProblem = 1 OR entry.number IN (
        SELECT incident_id
        FROM incident_predictions
        WHERE tech_center IN UNNEST(@techCenters) AND COALESCE(predicted_problem_id, predicted_cluster_id) = @problemId))
