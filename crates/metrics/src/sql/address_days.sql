-- Who addressed whom on which day, in whatever way, and how many times; addressing oneself is left out.
-- One row is an ordered pair of accounts on a day.
SELECT platform, source, target, "day" AS on_day, SUM("count") AS times
FROM interactions
WHERE source <> target
GROUP BY platform, source, target, "day"
ORDER BY platform, source, target, on_day
