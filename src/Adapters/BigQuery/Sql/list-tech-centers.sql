SELECT DISTINCT tech_center
FROM preprocessed_incidents
ORDER BY tech_center;
