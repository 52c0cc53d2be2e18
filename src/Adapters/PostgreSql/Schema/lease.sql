-- Who of several processes runs schedules and orchestrations. By the server's clock, which is the same for all.

CREATE TABLE writer_lease (
    name text COLLATE "C" NOT NULL PRIMARY KEY,
    holder text NOT NULL,
    acquired_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL);

-- The last write of each process, by which a process finds out whether a commit has happened whose answer was lost.
CREATE TABLE commits (
    process text COLLATE "C" NOT NULL PRIMARY KEY,
    write bigint NOT NULL,
    at timestamptz NOT NULL);
