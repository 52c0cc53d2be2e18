INSERT INTO measures (time, tech_center, version, name, value)
SELECT staged.time, staged.tech_center, staged.version, staged.name, staged.value
FROM staging AS staged;
