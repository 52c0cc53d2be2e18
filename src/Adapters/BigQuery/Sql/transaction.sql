-- Every write is one transaction that raises the lock's row first. Of two at once BigQuery cancels one, which is tried again:
-- so writes happen one after the other, and "one more than the largest" is given once and in the order of commits.
BEGIN TRANSACTION;

UPDATE write_lock SET version = version + 1 WHERE TRUE;

SELECT CASE WHEN COUNT(*) > 0 THEN COUNT(*) ELSE ERROR('The table write_lock is empty: start the program again, which fills it.') END AS locks FROM write_lock;

-- body

COMMIT TRANSACTION;
