-- Dates are kept twice: in ticks of 100 ns since 0001-01-01, UTC, which are exact and which the program reads and compares,
-- and as timestamptz (microseconds), which the server makes of them and which reads well. Texts of an incident are a JSON array.
-- A row of the large tables keeps its place, whatever becomes of it, so that backups find the same rows together.

CREATE FUNCTION utc_time(ticks bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (timestamp '0001-01-01' + (ticks / 864000000000) * interval '1 day' + ((ticks % 864000000000) / 10) * interval '1 microsecond') AT TIME ZONE 'UTC'
$$;

CREATE TABLE incidents (
    number text COLLATE "C" NOT NULL PRIMARY KEY,
    sys_created_on timestamptz GENERATED ALWAYS AS (utc_time(created_ticks)) STORED,
    sys_updated_on timestamptz GENERATED ALWAYS AS (utc_time(updated_ticks)) STORED,
    texts text NOT NULL,
    tech_center text COLLATE "C" NOT NULL,
    change_sequence bigint NOT NULL,
    priority text,
    state text,
    resolved_at timestamptz GENERATED ALWAYS AS (utc_time(resolved_ticks)) STORED,
    close_notes text,
    reopen_count integer,
    location text,
    cmdb_ci text,
    arrived_at timestamptz GENERATED ALWAYS AS (utc_time(arrived_ticks)) STORED,
    created_ticks bigint,
    updated_ticks bigint,
    resolved_ticks bigint,
    arrived_ticks bigint,
    place bigint GENERATED ALWAYS AS IDENTITY UNIQUE);
CREATE UNIQUE INDEX incidents_by_sequence ON incidents (change_sequence);
CREATE INDEX incidents_by_center ON incidents (tech_center, created_ticks);
CREATE INDEX incidents_by_date ON incidents (created_ticks, number);
CREATE INDEX incidents_by_priority ON incidents (priority, number) WHERE priority IS NOT NULL;

CREATE TABLE preprocessed_incidents (
    number text COLLATE "C" NOT NULL PRIMARY KEY,
    sys_created_on timestamptz GENERATED ALWAYS AS (utc_time(created_ticks)) STORED,
    tech_center text COLLATE "C" NOT NULL,
    content_hash text COLLATE "C" NOT NULL,
    embedder text COLLATE "C" NOT NULL,
    combined_incidents_summary text NOT NULL,
    embedding bytea NOT NULL,
    created_ticks bigint,
    place bigint GENERATED ALWAYS AS IDENTITY UNIQUE);
-- Numbers of a vector do not shrink.
ALTER TABLE preprocessed_incidents ALTER COLUMN embedding SET STORAGE EXTERNAL;
CREATE INDEX preprocessed_by_center ON preprocessed_incidents (tech_center, embedder, number);
CREATE INDEX preprocessed_by_date ON preprocessed_incidents (tech_center, embedder, created_ticks NULLS FIRST, number);
CREATE INDEX preprocessed_by_hash ON preprocessed_incidents (content_hash, embedder);

CREATE TABLE incident_predictions (
    incident_id text COLLATE "C" NOT NULL PRIMARY KEY,
    tech_center text COLLATE "C" NOT NULL,
    predicted_problem_id integer NOT NULL,
    predicted_problem_label text NOT NULL,
    predicted_cluster_id integer NOT NULL,
    predicted_cluster_label text NOT NULL,
    predicted_domain_id integer NOT NULL,
    predicted_domain_name text NOT NULL,
    confidence_score double precision NOT NULL,
    prediction_timestamp timestamptz GENERATED ALWAYS AS (utc_time(predicted_ticks)) STORED,
    model_table_used text COLLATE "C" NOT NULL,
    blob_model_path text NOT NULL,
    content_hash text COLLATE "C" NOT NULL,
    predicted_ticks bigint NOT NULL,
    place bigint GENERATED ALWAYS AS IDENTITY UNIQUE);
CREATE INDEX predictions_by_center ON incident_predictions (tech_center, incident_id);

CREATE TABLE watermarks (
    name text COLLATE "C" NOT NULL PRIMARY KEY,
    sequence bigint NOT NULL);

CREATE TABLE dead_letters (
    number text COLLATE "C" NOT NULL PRIMARY KEY,
    stage text NOT NULL,
    reason text NOT NULL);

CREATE TABLE training_runs (
    id bigint NOT NULL PRIMARY KEY,
    year integer NOT NULL,
    quarter integer NOT NULL,
    request text NOT NULL,
    closed integer NOT NULL DEFAULT 0);

CREATE TABLE training_run_centers (
    run_id bigint NOT NULL,
    tech_center text COLLATE "C" NOT NULL,
    outcome text NOT NULL,
    PRIMARY KEY (run_id, tech_center));

CREATE TABLE ingestions (
    ingestion_id text COLLATE "C" NOT NULL PRIMARY KEY,
    started_at timestamptz GENERATED ALWAYS AS (utc_time(started_ticks)) STORED,
    seconds double precision NOT NULL,
    user_name text NOT NULL,
    file_name text NOT NULL,
    sha256 text COLLATE "C" NOT NULL,
    bytes bigint NOT NULL,
    source text,
    rows integer NOT NULL,
    accepted integer NOT NULL,
    rejected integer NOT NULL,
    reject_reasons text NOT NULL,
    added integer NOT NULL,
    changed integer NOT NULL,
    problem text,
    state text NOT NULL,
    dataset text COLLATE "C",
    idempotency_key text COLLATE "C",
    object_name text COLLATE "C",
    reading text COLLATE "C",
    started_ticks bigint NOT NULL,
    place bigint GENERATED ALWAYS AS IDENTITY UNIQUE);
CREATE INDEX ingestions_by_time ON ingestions (started_ticks);
CREATE INDEX ingestions_by_object ON ingestions (object_name);

CREATE TABLE measures (
    time timestamptz GENERATED ALWAYS AS (utc_time(time_ticks)) STORED,
    tech_center text COLLATE "C",
    version text COLLATE "C",
    name text COLLATE "C" NOT NULL,
    value double precision NOT NULL,
    time_ticks bigint NOT NULL,
    place bigint GENERATED ALWAYS AS IDENTITY UNIQUE);
CREATE INDEX measures_by_time ON measures (time_ticks);

CREATE TABLE alerts (
    id text COLLATE "C" NOT NULL PRIMARY KEY,
    fingerprint text COLLATE "C" NOT NULL,
    raised_at timestamptz GENERATED ALWAYS AS (utc_time(raised_ticks)) STORED,
    last_at timestamptz GENERATED ALWAYS AS (utc_time(last_ticks)) STORED,
    times integer NOT NULL,
    revision integer NOT NULL,
    is_open integer NOT NULL,
    record text NOT NULL,
    raised_ticks bigint NOT NULL,
    last_ticks bigint NOT NULL);
CREATE INDEX alerts_by_fingerprint ON alerts (fingerprint, raised_ticks);
CREATE INDEX alerts_by_time ON alerts (raised_ticks);
CREATE INDEX alerts_open ON alerts (raised_ticks) WHERE is_open = 1;

CREATE TABLE settings (
    name text COLLATE "C" NOT NULL PRIMARY KEY,
    value text NOT NULL);

CREATE TABLE removals (
    number_hash text COLLATE "C" NOT NULL PRIMARY KEY,
    change_sequence bigint NOT NULL);
CREATE INDEX removals_by_sequence ON removals (change_sequence);

CREATE TABLE erasures (
    id text COLLATE "C" NOT NULL PRIMARY KEY,
    number_sha256 text COLLATE "C" NOT NULL,
    requested_at timestamptz GENERATED ALWAYS AS (utc_time(requested_ticks)) STORED,
    requested_by text NOT NULL,
    number text COLLATE "C",
    finished_at timestamptz GENERATED ALWAYS AS (utc_time(finished_ticks)) STORED,
    removed text NOT NULL,
    problem text,
    requested_ticks bigint NOT NULL,
    finished_ticks bigint);
