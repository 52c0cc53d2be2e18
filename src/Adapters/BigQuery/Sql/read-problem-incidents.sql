-- The page, and on each of its rows the number of all; where the page is empty, one row with that number alone.
WITH chosen AS (
    SELECT
        -- stored-columns,
        ROW_NUMBER() OVER (ORDER BY
            IF(@sort = 'Newest', COALESCE(stored.created_ticks, -1), 0) DESC,
            IF(@sort = 'Oldest', COALESCE(stored.created_ticks, 9223372036854775807), 0),
            IF(@sort = 'Confidence', answers.confidence_score, 0) DESC,
            IF(@sort = 'Doubtful', answers.confidence_score, 0),
            stored.number) AS place
    FROM incident_predictions AS answers
    JOIN incidents AS stored ON stored.number = answers.incident_id
    LEFT JOIN preprocessed_incidents AS summaries ON summaries.number = answers.incident_id
    WHERE answers.tech_center = @techCenter
        AND (@priority IS NULL OR stored.priority = @priority)
        AND (@text IS NULL OR STRPOS(LOWER(summaries.combined_incidents_summary), LOWER(@text)) > 0)
        AND (@hasCloseNotes = 0 OR stored.close_notes <> '')
        AND IF(@ofVariant = 1, answers.predicted_cluster_id, COALESCE(answers.predicted_problem_id, answers.predicted_cluster_id)) = @problemId
        AND ((@fromTicks = -9223372036854775808 AND @untilTicks = 9223372036854775807)
            OR (stored.created_ticks >= @fromTicks AND stored.created_ticks < @untilTicks)))
SELECT counted.total, page.*
FROM (SELECT COUNT(*) AS total FROM chosen) AS counted
LEFT JOIN (SELECT * FROM chosen WHERE place > @first AND place <= @last) AS page ON TRUE
ORDER BY page.place;
