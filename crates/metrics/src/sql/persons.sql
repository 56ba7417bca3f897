-- What was seen of the accounts of persons' chains, by number: each observation of followers and of the pace until then.
-- Asks `observations` (observations.sql) and `numbers` (numbers.sql).
-- One row is a moment at which an account was observed.
WITH chained AS (
    SELECT n.account AS account
    FROM personas p JOIN numbers n ON p.platform = n.platform AND p.account_id = n.account_id
    GROUP BY n.account
)
SELECT o.account AS account, o.observed_at AS observed_at, o.followers AS followers, o.tweets_per_day AS tweets_per_day
FROM observations o JOIN chained c ON o.account = c.account
ORDER BY account, observed_at
