SELECT TIMESTAMP_DIFF(prediction.prediction_timestamp, arrival.arrived_at, MICROSECOND) AS microseconds
FROM (
    SELECT number, MAX(arrived_at) AS arrived_at
    FROM incident_arrivals
    WHERE arrived_at > @arrivedAfter
    GROUP BY number) AS arrival
JOIN incident_predictions AS prediction ON prediction.incident_id = arrival.number
WHERE prediction.tech_center = @techCenter
    AND prediction.prediction_timestamp >= @arrivedAfter
    AND prediction.prediction_timestamp >= arrival.arrived_at;
