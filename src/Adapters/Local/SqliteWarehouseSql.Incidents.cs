namespace Pipeline.Adapters.Local;

/// <content>The statements of source incidents and the order of their changes.</content>
internal static partial class SqliteWarehouseSql
{
    public const string FindIncident = """
        SELECT sys_created_on, sys_updated_on, texts, tech_center, priority, state, resolved_at, close_notes, reopen_count, location, cmdb_ci
        FROM incidents
        WHERE number = @number
        """;

    // A sequence is given once, also where its incident is gone.
    public const string LastSequence = """
        SELECT MAX(
            COALESCE((SELECT MAX(change_sequence) FROM incidents), 0),
            COALESCE((SELECT MAX(change_sequence) FROM removals), 0),
            COALESCE((SELECT MAX(sequence) FROM watermarks), 0))
        """;

    public const string UpsertIncident = """
        INSERT INTO incidents (number, sys_created_on, sys_updated_on, texts, tech_center, change_sequence, priority, state, resolved_at, close_notes, reopen_count, location, cmdb_ci, arrived_at)
        VALUES (@number, @createdOn, @updatedOn, @texts, @techCenter, @sequence, @priority, @state, @resolvedOn, @closeNotes, @reopenCount, @location, @configurationItem, @arrivedAt)
        ON CONFLICT (number) DO UPDATE SET
            sys_created_on = excluded.sys_created_on,
            sys_updated_on = excluded.sys_updated_on,
            texts = excluded.texts,
            tech_center = excluded.tech_center,
            change_sequence = excluded.change_sequence,
            priority = excluded.priority,
            state = excluded.state,
            resolved_at = excluded.resolved_at,
            close_notes = excluded.close_notes,
            reopen_count = excluded.reopen_count,
            location = excluded.location,
            cmdb_ci = excluded.cmdb_ci,
            arrived_at = excluded.arrived_at
        """;

    public const string ReadChanges = """
        SELECT change_sequence, number, sys_created_on, sys_updated_on, texts, tech_center, priority, state, resolved_at, close_notes, reopen_count, location, cmdb_ci
        FROM incidents
        WHERE change_sequence > @after
        ORDER BY change_sequence
        LIMIT @limit
        """;

    public const string CountChanges = "SELECT COUNT(*) FROM incidents WHERE change_sequence > @after";

    private const string SelectStored = """
        SELECT i.change_sequence, i.number, i.sys_created_on, i.sys_updated_on, i.texts, i.tech_center, i.priority, i.state, i.resolved_at, i.close_notes, i.reopen_count, i.location, i.cmdb_ci,
            s.combined_incidents_summary, s.content_hash,
            p.predicted_cluster_id, p.predicted_cluster_label, p.predicted_domain_name, p.confidence_score, p.model_table_used, p.predicted_problem_id, p.predicted_problem_label,
            i.arrived_at, s.embedder, p.prediction_timestamp
        FROM incidents AS i
        LEFT JOIN preprocessed_incidents AS s ON s.number = i.number
        LEFT JOIN incident_predictions AS p ON p.incident_id = i.number

        """;

    public const string FindStored = SelectStored + "WHERE i.number = @number";

    public const string FindOldest = "SELECT MIN(sys_created_on) FROM incidents WHERE sys_created_on >= @from AND sys_created_on < @until";

    public const string ReadOpened = SelectStored + "WHERE i.sys_created_on >= @from AND i.sys_created_on < @until AND i.number > @after ORDER BY i.number LIMIT @limit";
}
