-- What was first seen of each account: its earliest observation with a time.
-- One row is an account.
WITH earliest AS (
    SELECT platform, account_id, MIN(observed_at) AS observed_at
    FROM accounts
    WHERE observed_at IS NOT NULL
    GROUP BY platform, account_id
)
SELECT e.platform AS platform, e.account_id AS account_id, e.observed_at AS observed_at, MAX(a.followers) AS followers,
       MAX(a.tweets_per_day) AS tweets_per_day
FROM earliest e JOIN accounts a
  ON e.platform = a.platform AND e.account_id = a.account_id AND e.observed_at = a.observed_at
GROUP BY e.platform, e.account_id, e.observed_at
ORDER BY platform, account_id
