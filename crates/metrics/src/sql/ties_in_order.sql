-- Every follow as it was seen, by the numbers of both accounts.
-- Asks `ties` (ties.sql).
-- One row is an ordered pair of accounts at a moment.
SELECT follower AS source, followed AS target, seen_at
FROM ties
ORDER BY source, target, seen_at
