-- What was last seen of each account by the end of each window: the newest observation at or before it.
-- Observations are reduced to the newest of each day first, so that the windows are not multiplied with every one of them.
-- Asks `observations` (observations.sql) and `spans` (spans.sql).
-- One row is an account in a window.
WITH daily AS (
    SELECT account, CAST(observed_at AS DATE) AS seen_on, MAX(observed_at) AS observed_at
    FROM observations
    GROUP BY account, CAST(observed_at AS DATE)
),
newest AS (
    SELECT w.window_number AS window_number, d.account AS account, MAX(d.observed_at) AS observed_at
    FROM daily d CROSS JOIN spans w
    WHERE d.observed_at <= w.to_at
    GROUP BY w.window_number, d.account
)
SELECT w.window_number AS window_number, w.account AS account, w.observed_at AS observed_at,
       o.followers AS followers, o.following AS following, o.statuses AS statuses, o.tweets_per_day AS tweets_per_day
FROM newest w
JOIN observations o ON w.account = o.account AND w.observed_at = o.observed_at
ORDER BY window_number, account
