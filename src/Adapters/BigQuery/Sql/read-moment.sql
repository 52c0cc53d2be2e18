-- The moment of a backup: by the clock of BigQuery, since no other may be asked for a state.
SELECT CURRENT_TIMESTAMP() AS moment;
