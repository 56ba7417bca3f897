-- What was seen of accounts when, by number. Of several observations at one moment the largest counts are taken.
-- One row is an account at a moment; the table `observations`.
SELECT n.account AS account, a.observed_at AS observed_at, MAX(a.followers) AS followers, MAX(a.following) AS following,
       MAX(a.statuses) AS statuses, MAX(a.tweets_per_day) AS tweets_per_day
FROM accounts a JOIN numbers n ON a.platform = n.platform AND a.account_id = n.account_id
WHERE a.observed_at IS NOT NULL
GROUP BY n.account, a.observed_at
