-- Until version 2 the bytes had the name that is the array's.
ALTER TABLE preprocessed_incidents RENAME COLUMN IF EXISTS embedding TO embedding_bytes;
