-- The cosine to the vector that is asked for, whose length is 1. A byte is 128 more than the coordinate that it stands for.
SELECT number, day, merit
FROM (
    SELECT
        entry.number,
        TIMESTAMP_TRUNC(entry.sys_created_on, DAY) AS day,
        (SELECT SUM((code - 128) * @vector[OFFSET(place)]) / SQRT(SUM((code - 128) * (code - 128)))
         FROM UNNEST(TO_CODE_POINTS(entry.codes)) AS code WITH OFFSET AS place) AS merit
    FROM search_entries AS entry
    WHERE entry.embedder = @embedder AND BYTE_LENGTH(entry.codes) = @coordinates AND
        -- search-filter
    )
ORDER BY merit DESC, number
LIMIT @limit;
