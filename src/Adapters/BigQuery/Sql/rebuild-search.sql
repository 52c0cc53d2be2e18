-- The entries of the summaries that are still as they were read; and those of what was stored meanwhile.
CREATE TEMP TABLE made_entries AS
SELECT staged.number, staged.sys_created_on, staged.created_ticks, staged.tech_center, staged.content_hash, staged.embedder, staged.words, staged.word_count, staged.codes
FROM staging AS staged
JOIN preprocessed_incidents AS made ON made.number = staged.number
WHERE COALESCE(made.content_hash, '') = staged.content_hash AND COALESCE(made.embedder, '') = staged.embedder AND made.tech_center = staged.tech_center
    AND COALESCE(made.created_ticks, UNIX_MICROS(made.sys_created_on) * 10 + 621355968000000000, 0) = COALESCE(staged.created_ticks, 0);

CREATE TEMP TABLE kept_entries AS
SELECT entry.*
FROM search_entries AS entry
JOIN preprocessed_incidents AS made ON made.number = entry.number
WHERE entry.number NOT IN (SELECT number FROM made_entries);

TRUNCATE TABLE search_entries;

INSERT INTO search_entries (number, sys_created_on, created_ticks, tech_center, content_hash, embedder, words, word_count, codes)
SELECT number, sys_created_on, created_ticks, tech_center, content_hash, embedder, words, word_count, codes
FROM made_entries
UNION ALL
SELECT number, sys_created_on, created_ticks, tech_center, content_hash, embedder, words, word_count, codes
FROM kept_entries;

SELECT COUNT(*) AS entries
FROM search_entries;
