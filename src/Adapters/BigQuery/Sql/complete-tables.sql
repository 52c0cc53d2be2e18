-- Tables that were there before, made by hand or by an earlier version, get the columns that they lack. What they have stays as it is.
ALTER TABLE incidents
    ADD COLUMN IF NOT EXISTS sys_updated_on TIMESTAMP,
    ADD COLUMN IF NOT EXISTS created_ticks INT64,
    ADD COLUMN IF NOT EXISTS updated_ticks INT64,
    ADD COLUMN IF NOT EXISTS texts ARRAY<STRING>,
    ADD COLUMN IF NOT EXISTS row_hash STRING,
    ADD COLUMN IF NOT EXISTS change_sequence INT64;

ALTER TABLE preprocessed_incidents
    ADD COLUMN IF NOT EXISTS created_ticks INT64,
    ADD COLUMN IF NOT EXISTS content_hash STRING,
    ADD COLUMN IF NOT EXISTS embedder STRING,
    ADD COLUMN IF NOT EXISTS embedding ARRAY<FLOAT64>,
    ADD COLUMN IF NOT EXISTS embedding_bytes BYTES;

ALTER TABLE incident_predictions
    ADD COLUMN IF NOT EXISTS predicted_problem_id INT64,
    ADD COLUMN IF NOT EXISTS predicted_problem_label STRING,
    ADD COLUMN IF NOT EXISTS predicted_ticks INT64,
    ADD COLUMN IF NOT EXISTS content_hash STRING;
