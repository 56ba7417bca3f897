-- In which windows each day lies on which somebody addressed somebody.
-- Asks `addressed` (addressed.sql).
-- One row is a day in a window; the table `addressed_days`.
WITH days AS (
    SELECT on_day
    FROM addressed
    GROUP BY on_day
),
window_days AS (
    SELECT "window" AS window_name, CAST(from_at AS DATE) AS first_day, CAST(to_at AS DATE) AS last_day
    FROM windows
)
SELECT w.window_name AS window_name, d.on_day AS on_day
FROM days d CROSS JOIN window_days w
WHERE d.on_day >= w.first_day AND d.on_day <= w.last_day
