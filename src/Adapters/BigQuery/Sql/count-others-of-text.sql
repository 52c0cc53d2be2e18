SELECT COUNT(*) AS others
FROM preprocessed_incidents
WHERE content_hash = @contentHash AND number <> @number;
