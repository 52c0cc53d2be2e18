-- The predictions counted by problem and day. Triggers keep them, once a statement, so that a prediction and what it counts for are written, changed and deleted in one transaction, by whatever
-- writes the tables, in whichever schema its session looks. What is read for the whole company is then as much as there are problems and days, however many incidents there are. A day is a number of days since 0001-01-01, -1 without a
-- date; times to resolve are whole milliseconds, which can be taken off again without a rest.

CREATE TABLE problem_days (
    tech_center text COLLATE "C" NOT NULL,
    problem_id integer NOT NULL,
    day integer NOT NULL,
    incidents bigint NOT NULL,
    prioritised bigint NOT NULL,
    urgent bigint NOT NULL,
    followed bigint NOT NULL,
    reopened bigint NOT NULL,
    resolved bigint NOT NULL,
    resolving_ms bigint NOT NULL,
    PRIMARY KEY (tech_center, problem_id, day));

-- What one prediction counts for, or takes off with the sign -1. The two highest priorities are as sources write them: "1 - Critical", "P2", "High".
CREATE FUNCTION problem_day(sign integer, tech_center text, problem_id integer, created_ticks bigint, priority text, reopen_count integer, resolved_ticks bigint) RETURNS problem_days LANGUAGE sql IMMUTABLE AS $$
    SELECT tech_center, problem_id, COALESCE((created_ticks / 864000000000)::integer, -1), sign::bigint,
        CASE WHEN priority IS NOT NULL THEN sign ELSE 0 END::bigint,
        CASE WHEN priority ~ '^[pP]?[12]' OR lower(priority) IN ('critical', 'high') THEN sign ELSE 0 END::bigint,
        CASE WHEN reopen_count IS NOT NULL THEN sign ELSE 0 END::bigint,
        CASE WHEN reopen_count > 0 THEN sign ELSE 0 END::bigint,
        CASE WHEN resolved_ticks >= created_ticks THEN sign ELSE 0 END::bigint,
        CASE WHEN resolved_ticks >= created_ticks THEN sign * ((resolved_ticks - created_ticks) / 10000) ELSE 0 END::bigint
$$;

-- Adds changes up first: what is taken off and added again writes nothing. A row that counts nothing any more goes.
CREATE FUNCTION change_problem_days(changes problem_days[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO problem_days AS d
    SELECT c.tech_center, c.problem_id, c.day, SUM(c.incidents)::bigint, SUM(c.prioritised)::bigint, SUM(c.urgent)::bigint, SUM(c.followed)::bigint, SUM(c.reopened)::bigint, SUM(c.resolved)::bigint, SUM(c.resolving_ms)::bigint
    FROM unnest(changes) AS c
    GROUP BY 1, 2, 3
    HAVING (SUM(c.incidents), SUM(c.prioritised), SUM(c.urgent), SUM(c.followed), SUM(c.reopened), SUM(c.resolved), SUM(c.resolving_ms)) <> (0, 0, 0, 0, 0, 0, 0)
    ORDER BY 1, 2, 3
    ON CONFLICT (tech_center, problem_id, day) DO UPDATE SET
        incidents = d.incidents + excluded.incidents,
        prioritised = d.prioritised + excluded.prioritised,
        urgent = d.urgent + excluded.urgent,
        followed = d.followed + excluded.followed,
        reopened = d.reopened + excluded.reopened,
        resolved = d.resolved + excluded.resolved,
        resolving_ms = d.resolving_ms + excluded.resolving_ms;

    DELETE FROM problem_days AS d
    USING (SELECT DISTINCT c.tech_center, c.problem_id, c.day FROM unnest(changes) AS c WHERE c.incidents < 0) AS c
    WHERE d.incidents = 0 AND (d.tech_center, d.problem_id, d.day) = (c.tech_center, c.problem_id, c.day);
$$;

-- A prediction that is made again is most often the same: it is not counted anew.
CREATE FUNCTION count_predictions() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM change_problem_days(ARRAY(SELECT problem_day(-1, p.tech_center, p.predicted_problem_id, i.created_ticks, i.priority, i.reopen_count, i.resolved_ticks) FROM gone AS p JOIN incidents AS i ON i.number = p.incident_id));
    ELSIF TG_OP = 'INSERT' THEN
        PERFORM change_problem_days(ARRAY(SELECT problem_day(1, p.tech_center, p.predicted_problem_id, i.created_ticks, i.priority, i.reopen_count, i.resolved_ticks) FROM fresh AS p JOIN incidents AS i ON i.number = p.incident_id));
    ELSE
        PERFORM change_problem_days(ARRAY(
            SELECT problem_day(c.sign, c.tech_center, c.predicted_problem_id, i.created_ticks, i.priority, i.reopen_count, i.resolved_ticks)
            FROM (
                SELECT s.sign, CASE s.sign WHEN 1 THEN f.tech_center ELSE g.tech_center END AS tech_center, CASE s.sign WHEN 1 THEN f.predicted_problem_id ELSE g.predicted_problem_id END AS predicted_problem_id, f.incident_id
                FROM gone AS g
                JOIN fresh AS f ON f.incident_id = g.incident_id AND (f.tech_center, f.predicted_problem_id) <> (g.tech_center, g.predicted_problem_id)
                CROSS JOIN (VALUES (-1), (1)) AS s (sign)) AS c
            JOIN incidents AS i ON i.number = c.incident_id));
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION count_incidents() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    changes problem_days[] := '{}';
BEGIN
    IF TG_OP <> 'INSERT' THEN
        changes := ARRAY(SELECT problem_day(-1, p.tech_center, p.predicted_problem_id, i.created_ticks, i.priority, i.reopen_count, i.resolved_ticks) FROM gone AS i JOIN incident_predictions AS p ON p.incident_id = i.number);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        changes := changes || ARRAY(SELECT problem_day(1, p.tech_center, p.predicted_problem_id, i.created_ticks, i.priority, i.reopen_count, i.resolved_ticks) FROM fresh AS i JOIN incident_predictions AS p ON p.incident_id = i.number);
    END IF;
    PERFORM change_problem_days(changes);
    RETURN NULL;
END
$$;

CREATE TRIGGER problem_days_predicted AFTER INSERT ON incident_predictions REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_predictions();
CREATE TRIGGER problem_days_moved AFTER UPDATE ON incident_predictions REFERENCING OLD TABLE AS gone NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_predictions();
CREATE TRIGGER problem_days_forgotten AFTER DELETE ON incident_predictions REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION count_predictions();
CREATE TRIGGER problem_days_arrived AFTER INSERT ON incidents REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_incidents();
CREATE TRIGGER problem_days_changed AFTER UPDATE ON incidents REFERENCING OLD TABLE AS gone NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_incidents();
CREATE TRIGGER problem_days_removed AFTER DELETE ON incidents REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION count_incidents();

INSERT INTO problem_days
SELECT (d.one).tech_center, (d.one).problem_id, (d.one).day, COUNT(*), SUM((d.one).prioritised), SUM((d.one).urgent), SUM((d.one).followed), SUM((d.one).reopened), SUM((d.one).resolved), SUM((d.one).resolving_ms)
FROM (
    SELECT problem_day(1, p.tech_center, p.predicted_problem_id, i.created_ticks, i.priority, i.reopen_count, i.resolved_ticks) AS one
    FROM incident_predictions AS p
    JOIN incidents AS i ON i.number = p.incident_id
    OFFSET 0) AS d
GROUP BY 1, 2, 3;
