-- The windows of the study with numbers, in the order of their names, and the days at their ends.
-- One row is a window; the table `spans`.
SELECT "window" AS window_name, CAST(ROW_NUMBER() OVER (ORDER BY "window") AS INTEGER) AS window_number, from_at, to_at,
       CAST(from_at AS DATE) AS first_day, CAST(to_at AS DATE) AS last_day
FROM windows
