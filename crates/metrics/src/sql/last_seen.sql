-- What was last seen of each account by the end of each window: the newest observation at or before it.
-- Observations are reduced to the newest of each day first, so that the windows are not multiplied with every one of them.
-- One row is an account in a window.
WITH daily AS (
    SELECT platform, account_id, CAST(observed_at AS DATE) AS seen_on, MAX(observed_at) AS observed_at
    FROM accounts
    WHERE observed_at IS NOT NULL
    GROUP BY platform, account_id, CAST(observed_at AS DATE)
),
newest AS (
    SELECT w."window" AS window_name, d.platform AS platform, d.account_id AS account_id, MAX(d.observed_at) AS observed_at
    FROM daily d CROSS JOIN windows w
    WHERE d.observed_at <= w.to_at
    GROUP BY w."window", d.platform, d.account_id
)
SELECT n.window_name AS window_name, n.platform AS platform, n.account_id AS account_id, n.observed_at AS observed_at,
       MAX(a.followers) AS followers, MAX(a.following) AS following, MAX(a.statuses) AS statuses,
       MAX(a.tweets_per_day) AS tweets_per_day
FROM newest n JOIN accounts a
  ON n.platform = a.platform AND n.account_id = a.account_id AND n.observed_at = a.observed_at
GROUP BY n.window_name, n.platform, n.account_id, n.observed_at
ORDER BY window_name, platform, account_id
