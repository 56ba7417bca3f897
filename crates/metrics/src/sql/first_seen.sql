-- What was first seen of each account: its earliest observation with a time.
-- Asks `observations` (observations.sql).
-- One row is an account.
WITH earliest AS (
    SELECT account, MIN(observed_at) AS observed_at
    FROM observations
    GROUP BY account
)
SELECT e.account AS account, e.observed_at AS observed_at, o.followers AS followers,
       o.tweets_per_day AS tweets_per_day
FROM earliest e
JOIN observations o ON e.account = o.account AND e.observed_at = o.observed_at
ORDER BY account
