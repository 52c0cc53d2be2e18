-- The words of the summaries, as the program tells them apart, with how often each stands in its summary. An entry is given once: a changed summary gets a new one,
-- so that what is new since a reader's last entry is what comes after it. What went is noted beside, by entry alone; the negative of an entry says that all up to it are gone.

CREATE TABLE search_entries (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number text COLLATE "C" NOT NULL UNIQUE,
    words text[] COLLATE "C" NOT NULL,
    counts smallint[] NOT NULL,
    length integer NOT NULL);
CREATE INDEX search_by_word ON search_entries USING gin (words);

CREATE TABLE search_gone (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry bigint NOT NULL,
    length integer NOT NULL);
