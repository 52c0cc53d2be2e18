-- BM25 with k1 = 1.2 and b = 0.75: Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009. The entries that the filters
-- leave are those among which a word is rare or common; one that more than half of them have still counts for something.
SELECT
    hits.number,
    hits.day,
    SUM(GREATEST(0.000001, LN((totals.entries - hits.holders + 0.5) / (hits.holders + 0.5)))
        * hits.times * 2.2 / (hits.times + 1.2 * (0.25 + 0.75 * hits.word_count / totals.average))) AS merit
FROM (
    SELECT number, day, word_count, times, COUNT(*) OVER (PARTITION BY word) AS holders
    FROM (
        SELECT entry.number, TIMESTAMP_TRUNC(entry.sys_created_on, DAY) AS day, entry.word_count, word, COUNT(*) AS times
        FROM search_entries AS entry
        CROSS JOIN UNNEST(entry.words) AS word
        WHERE word IN UNNEST(@words) AND
            -- search-filter
        GROUP BY 1, 2, 3, 4)) AS hits
CROSS JOIN (
    SELECT COUNT(*) AS entries, AVG(entry.word_count) AS average
    FROM search_entries AS entry
    WHERE
        -- search-filter
    ) AS totals
GROUP BY hits.number, hits.day
ORDER BY merit DESC, number
LIMIT @limit;
