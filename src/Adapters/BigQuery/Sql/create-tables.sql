-- Dates are kept twice: as TIMESTAMP (microseconds), which partitions and reads well, and as ticks of 100 ns since
-- 0001-01-01, which are exact. An embedding is there twice too: as an array, with which SQL computes, and as its numbers in
-- IEEE 754 single precision, little-endian, 4 bytes each, which is what the program reads. What only the program needs may be NULL.
-- A table without a partition column is small, or read whole.

CREATE TABLE IF NOT EXISTS incidents (
    number STRING NOT NULL,
    sys_created_on TIMESTAMP,
    sys_updated_on TIMESTAMP,
    created_ticks INT64,
    updated_ticks INT64,
    texts ARRAY<STRING>,
    tech_center STRING NOT NULL,
    priority STRING,
    state STRING,
    resolved_at TIMESTAMP,
    resolved_ticks INT64,
    close_notes STRING,
    reopen_count INT64,
    location STRING,
    cmdb_ci STRING,
    row_hash STRING,
    change_sequence INT64,
    arrived_at TIMESTAMP)
PARTITION BY TIMESTAMP_TRUNC(sys_created_on, DAY)
CLUSTER BY tech_center;

CREATE TABLE IF NOT EXISTS preprocessed_incidents (
    number STRING NOT NULL,
    sys_created_on TIMESTAMP,
    created_ticks INT64,
    tech_center STRING NOT NULL,
    content_hash STRING,
    embedder STRING,
    combined_incidents_summary STRING NOT NULL,
    embedding ARRAY<FLOAT64>,
    embedding_bytes BYTES)
PARTITION BY TIMESTAMP_TRUNC(sys_created_on, DAY)
CLUSTER BY tech_center;

CREATE TABLE IF NOT EXISTS incident_predictions (
    incident_id STRING NOT NULL,
    tech_center STRING NOT NULL,
    predicted_problem_id INT64,
    predicted_problem_label STRING,
    predicted_cluster_id INT64 NOT NULL,
    predicted_cluster_label STRING NOT NULL,
    predicted_domain_id INT64 NOT NULL,
    predicted_domain_name STRING NOT NULL,
    confidence_score FLOAT64 NOT NULL,
    prediction_timestamp TIMESTAMP NOT NULL,
    predicted_ticks INT64,
    model_table_used STRING NOT NULL,
    blob_model_path STRING NOT NULL,
    content_hash STRING)
PARTITION BY TIMESTAMP_TRUNC(prediction_timestamp, DAY)
CLUSTER BY tech_center;

CREATE TABLE IF NOT EXISTS watermarks (
    name STRING NOT NULL,
    sequence INT64 NOT NULL);

CREATE TABLE IF NOT EXISTS dead_letters (
    number STRING NOT NULL,
    stage STRING NOT NULL,
    reason STRING NOT NULL);

-- What a search reads of the preprocessed incidents, and no more: the words as the program tells them apart, each as often as it
-- stands in the summary, and the vector rounded to a byte a coordinate, 128 more than the whole number of -127 to 127 that it stands for.
CREATE TABLE IF NOT EXISTS search_entries (
    number STRING NOT NULL,
    sys_created_on TIMESTAMP,
    created_ticks INT64,
    tech_center STRING NOT NULL,
    content_hash STRING NOT NULL,
    embedder STRING NOT NULL,
    words ARRAY<STRING>,
    word_count INT64 NOT NULL,
    codes BYTES)
PARTITION BY TIMESTAMP_TRUNC(sys_created_on, DAY)
CLUSTER BY tech_center;

CREATE TABLE IF NOT EXISTS training_runs (
    id INT64 NOT NULL,
    year INT64 NOT NULL,
    quarter INT64 NOT NULL,
    request STRING NOT NULL,
    closed BOOL NOT NULL);

CREATE TABLE IF NOT EXISTS training_run_centers (
    run_id INT64 NOT NULL,
    tech_center STRING NOT NULL,
    outcome STRING NOT NULL);

CREATE TABLE IF NOT EXISTS ingestions (
    id STRING NOT NULL,
    started_at TIMESTAMP NOT NULL,
    state STRING NOT NULL,
    dataset STRING,
    idempotency_key STRING,
    object_name STRING,
    file_name STRING NOT NULL,
    sha256 STRING NOT NULL,
    reading STRING,
    accepted INT64 NOT NULL,
    rejected INT64 NOT NULL,
    problem STRING,
    record STRING NOT NULL);

-- When incidents were stored or changed: one row each time.
CREATE TABLE IF NOT EXISTS incident_arrivals (
    number STRING NOT NULL,
    arrived_at TIMESTAMP NOT NULL)
PARTITION BY TIMESTAMP_TRUNC(arrived_at, DAY);

CREATE TABLE IF NOT EXISTS measures (
    time TIMESTAMP NOT NULL,
    tech_center STRING,
    version STRING,
    name STRING NOT NULL,
    value FLOAT64 NOT NULL)
PARTITION BY TIMESTAMP_TRUNC(time, DAY)
CLUSTER BY name;

CREATE TABLE IF NOT EXISTS alerts (
    id STRING NOT NULL,
    fingerprint STRING NOT NULL,
    raised_at TIMESTAMP NOT NULL,
    last_at TIMESTAMP NOT NULL,
    times INT64 NOT NULL,
    revision INT64 NOT NULL,
    is_open INT64 NOT NULL,
    record STRING NOT NULL);

CREATE TABLE IF NOT EXISTS settings (
    name STRING NOT NULL,
    value STRING NOT NULL);

CREATE TABLE IF NOT EXISTS removals (
    number_hash STRING NOT NULL,
    change_sequence INT64 NOT NULL);

CREATE TABLE IF NOT EXISTS erasures (
    id STRING NOT NULL,
    number_sha256 STRING NOT NULL,
    requested_at TIMESTAMP NOT NULL,
    requested_by STRING NOT NULL,
    finished_at TIMESTAMP,
    record STRING NOT NULL);

CREATE TABLE IF NOT EXISTS write_lock (
    version INT64 NOT NULL);
