-- Who addressed whom on which day, in whatever way, by the numbers of both accounts.
-- Asks `addressed` (addressed.sql).
-- One row is an ordered pair of accounts and a day.
SELECT source, target, on_day, SUM(times) AS times
FROM addressed
GROUP BY source, target, on_day
ORDER BY source, target, on_day
