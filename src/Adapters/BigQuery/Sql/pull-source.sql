-- The rows of the user's own table or view that were changed since the watermark, as incidents: of each number the newest.
-- Its names stand in braces, since no parameter can carry them; the adapter checks them and puts them in quotes.
-- A row that cannot be an incident has a reason, by the rules of files.
CREATE TEMP TABLE source_rows AS
SELECT
    number,
    sys_created_on,
    sys_updated_on,
    UNIX_MICROS(sys_created_on) * 10 + 621355968000000000 AS created_ticks,
    UNIX_MICROS(sys_updated_on) * 10 + 621355968000000000 AS updated_ticks,
    texts,
    tech_center,
    priority,
    state,
    resolved_at,
    UNIX_MICROS(resolved_at) * 10 + 621355968000000000 AS resolved_ticks,
    close_notes,
    reopen_count,
    location,
    cmdb_ci,
    CASE
        WHEN number IS NULL OR number = '' THEN 'Malformed'
        WHEN LENGTH(number) > 256 OR LENGTH(tech_center) > 256 THEN 'TooLong'
        WHEN sys_updated_on > @latest OR (has_date AND COALESCE(sys_created_on < TIMESTAMP '1990-01-01 00:00:00+00' OR sys_created_on > @latest, TRUE)) THEN 'InvalidDate'
        WHEN NOT EXISTS (SELECT 1 FROM UNNEST(texts) AS part WHERE TRIM(part) <> '') THEN 'EmptyText'
        WHEN place > 1 THEN 'Superseded'
    END AS reason
FROM (
    SELECT
        number,
        sys_created_on,
        sys_updated_on,
        has_date,
        texts,
        tech_center,
        priority,
        state,
        resolved_at,
        close_notes,
        reopen_count,
        location,
        cmdb_ci,
        ROW_NUMBER() OVER (PARTITION BY number ORDER BY sys_updated_on DESC) AS place
    FROM (
        SELECT
            TRIM(CAST(source.{number} AS STRING)) AS number,
            {created} AS sys_created_on,
            SAFE_CAST(source.{updated} AS TIMESTAMP) AS sys_updated_on,
            {hasDate} AS has_date,
            [{texts}] AS texts,
            COALESCE(NULLIF(TRIM({techCenter}), ''), 'default') AS tech_center,
            {priority} AS priority,
            {state} AS state,
            {resolved} AS resolved_at,
            {closeNotes} AS close_notes,
            {reopenCount} AS reopen_count,
            {location} AS location,
            {configurationItem} AS cmdb_ci
        FROM {table} AS source
        WHERE {isNew}));

CREATE TEMP TABLE pulled_rows AS
SELECT
    ROW_NUMBER() OVER (ORDER BY updated_ticks, number) AS position,
    number,
    sys_created_on,
    sys_updated_on,
    created_ticks,
    updated_ticks,
    texts,
    tech_center,
    priority,
    state,
    resolved_at,
    resolved_ticks,
    close_notes,
    reopen_count,
    location,
    cmdb_ci,
    TO_HEX(SHA256(CONCAT(
        COALESCE(CAST(created_ticks AS STRING), ''),
        '\n',
        COALESCE(CAST(updated_ticks AS STRING), ''),
        (SELECT STRING_AGG(CONCAT('\n', CAST(BYTE_LENGTH(part) AS STRING), ':', part), '' ORDER BY place) FROM UNNEST(ARRAY_CONCAT([tech_center], texts)) AS part WITH OFFSET AS place),
        COALESCE(CONCAT('\npriority=', CAST(BYTE_LENGTH(priority) AS STRING), ':', priority), ''),
        COALESCE(CONCAT('\nstate=', CAST(BYTE_LENGTH(state) AS STRING), ':', state), ''),
        COALESCE(CONCAT('\nresolved_at=', CAST(LENGTH(CAST(resolved_ticks AS STRING)) AS STRING), ':', CAST(resolved_ticks AS STRING)), ''),
        COALESCE(CONCAT('\nclose_notes=', CAST(BYTE_LENGTH(close_notes) AS STRING), ':', close_notes), ''),
        COALESCE(CONCAT('\nreopen_count=', CAST(LENGTH(CAST(reopen_count AS STRING)) AS STRING), ':', CAST(reopen_count AS STRING)), ''),
        COALESCE(CONCAT('\nlocation=', CAST(BYTE_LENGTH(location) AS STRING), ':', location), ''),
        COALESCE(CONCAT('\ncmdb_ci=', CAST(BYTE_LENGTH(cmdb_ci) AS STRING), ':', cmdb_ci), '')))) AS row_hash
FROM source_rows
WHERE reason IS NULL;
