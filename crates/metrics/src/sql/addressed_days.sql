-- In which windows each day lies on which somebody addressed somebody.
-- Asks `addressed` (addressed.sql) and `spans` (spans.sql).
-- One row is a day in a window; the table `addressed_days`.
WITH days AS (
    SELECT on_day
    FROM addressed
    GROUP BY on_day
)
SELECT w.window_number AS window_number, d.on_day AS on_day
FROM days d CROSS JOIN spans w
WHERE d.on_day >= w.first_day AND d.on_day <= w.last_day
