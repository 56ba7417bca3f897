-- Who addressed whom on which day, in which way, and how many times; addressing oneself is left out.
-- One row is an ordered pair of accounts on a day, by kind.
SELECT platform, source, target, "day" AS on_day, kind, SUM("count") AS times
FROM interactions
WHERE source <> target
GROUP BY platform, source, target, "day", kind
ORDER BY platform, source, target, on_day, kind
