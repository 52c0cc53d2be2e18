namespace Pipeline.Adapters.PostgreSql;

/// <content>The statements of source incidents and the order of their changes.</content>
internal static partial class PostgreSqlWarehouseSql
{
    // What is there is changed and what is not is added, one after the other, so that no place is given to a row that is there.
    public const string UpsertIncidents = $"""
        WITH
        input AS (
            SELECT *
            FROM unnest(@number, @created, @updated, @texts, @techCenter, @priority, @state, @resolved, @closeNotes, @reopenCount, @location, @configurationItem) WITH ORDINALITY
                AS i (number, created, updated, texts, tech_center, priority, state, resolved, close_notes, reopen_count, location, cmdb_ci, line)),
        compared AS (
            SELECT i.*, s.number IS NOT NULL AS is_known,
                s.number IS NOT NULL AND (
                    (i.created, i.updated, i.texts, i.tech_center, i.priority, i.state, i.resolved, i.close_notes, i.reopen_count, i.location, i.cmdb_ci)
                        IS NOT DISTINCT FROM (s.created_ticks, s.updated_ticks, s.texts, s.tech_center, s.priority, s.state, s.resolved_ticks, s.close_notes, s.reopen_count::bigint, s.location, s.cmdb_ci)
                    OR COALESCE(i.updated < s.updated_ticks, false)) AS stays
            FROM input AS i
            LEFT JOIN incidents AS s ON s.number = i.number),
        numbered AS (
            SELECT *, {LastSequence} + row_number() OVER (ORDER BY line) AS sequence
            FROM compared
            WHERE NOT stays),
        changed AS (
            UPDATE incidents AS s SET
                created_ticks = n.created, updated_ticks = n.updated, texts = n.texts, tech_center = n.tech_center, change_sequence = n.sequence, priority = n.priority, state = n.state,
                resolved_ticks = n.resolved, close_notes = n.close_notes, reopen_count = n.reopen_count, location = n.location, cmdb_ci = n.cmdb_ci, arrived_ticks = @arrived
            FROM numbered AS n
            WHERE n.is_known AND s.number = n.number),
        added AS (
            INSERT INTO incidents
                (number, created_ticks, updated_ticks, texts, tech_center, change_sequence, priority, state, resolved_ticks, close_notes, reopen_count, location, cmdb_ci, arrived_ticks)
            SELECT number, created, updated, texts, tech_center, sequence, priority, state, resolved, close_notes, reopen_count, location, cmdb_ci, @arrived
            FROM numbered
            WHERE NOT is_known
            ORDER BY line)
        SELECT COUNT(*) FILTER (WHERE NOT is_known), COUNT(*) FILTER (WHERE is_known AND NOT stays), COUNT(*) FILTER (WHERE stays)
        FROM compared
        """;

    private const string IncidentColumns = "i.change_sequence, i.number, i.created_ticks, i.updated_ticks, i.texts, i.tech_center, i.priority, i.state, i.resolved_ticks, i.close_notes, i.reopen_count, i.location, i.cmdb_ci";

    public const string ReadChanges = $"""
        SELECT {IncidentColumns}
        FROM incidents AS i
        WHERE i.change_sequence > @after
        ORDER BY i.change_sequence
        LIMIT @limit
        """;

    public const string CountChanges = "SELECT COUNT(*) FROM incidents WHERE change_sequence > @after";

    private const string SelectStored = $"""
        SELECT {IncidentColumns},
            s.combined_incidents_summary, s.content_hash,
            p.predicted_cluster_id, p.predicted_cluster_label, p.predicted_domain_name, p.confidence_score, p.model_table_used, p.predicted_problem_id, p.predicted_problem_label,
            i.arrived_ticks, s.embedder, p.predicted_ticks
        FROM incidents AS i
        LEFT JOIN preprocessed_incidents AS s ON s.number = i.number
        LEFT JOIN incident_predictions AS p ON p.incident_id = i.number

        """;

    public const string FindStored = SelectStored + "WHERE i.number = ANY(@numbers)";

    public const string FindOldest = "SELECT MIN(created_ticks) FROM incidents WHERE created_ticks >= @from AND created_ticks < @until";

    public const string ReadOpened = SelectStored + "WHERE i.created_ticks >= @from AND i.created_ticks < @until AND i.number > @after ORDER BY i.number LIMIT @limit";
}
