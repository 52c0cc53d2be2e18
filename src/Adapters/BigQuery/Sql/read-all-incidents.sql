-- As read-problem-incidents, of all incidents, also those without a prediction.
WITH chosen AS (
    SELECT
        -- stored-columns,
        ROW_NUMBER() OVER (ORDER BY
            IF(@sort = 'Newest', COALESCE(stored.created_ticks, -1), 0) DESC,
            IF(@sort = 'Oldest', COALESCE(stored.created_ticks, 9223372036854775807), 0),
            IF(@sort = 'Confidence', COALESCE(answers.confidence_score, -1), 0) DESC,
            IF(@sort = 'Doubtful', COALESCE(answers.confidence_score, 2), 0),
            stored.number) AS place
    FROM incidents AS stored
    LEFT JOIN preprocessed_incidents AS summaries ON summaries.number = stored.number
    LEFT JOIN incident_predictions AS answers ON answers.incident_id = stored.number
    WHERE (@techCenter IS NULL OR stored.tech_center = @techCenter)
        AND (@priority IS NULL OR stored.priority = @priority)
        AND (@text IS NULL OR STRPOS(LOWER(summaries.combined_incidents_summary), LOWER(@text)) > 0)
        AND (@hasCloseNotes = 0 OR stored.close_notes <> '')
        AND ((@fromTicks = -9223372036854775808 AND @untilTicks = 9223372036854775807)
            OR (stored.created_ticks >= @fromTicks AND stored.created_ticks < @untilTicks)))
SELECT counted.total, page.*
FROM (SELECT COUNT(*) AS total FROM chosen) AS counted
LEFT JOIN (SELECT * FROM chosen WHERE place > @first AND place <= @last) AS page ON TRUE
ORDER BY page.place;
