-- Follows by the numbers of both accounts; nobody follows himself. A follow without a time is taken as seen at the end of the period.
-- One row is an ordered pair of accounts at a moment; the table `ties`.
WITH period AS (
    SELECT to_at
    FROM windows
    WHERE "window" = 'all'
),
numbered AS (
    SELECT a.account AS follower, b.account AS followed, COALESCE(f.observed_at, p.to_at) AS seen_at
    FROM follows f
    JOIN numbers a ON f.platform = a.platform AND f.follower_id = a.account_id
    JOIN numbers b ON f.platform = b.platform AND f.followed_id = b.account_id
    CROSS JOIN period p
    WHERE f.follower_id <> f.followed_id
)
SELECT follower, followed, seen_at
FROM numbered
GROUP BY follower, followed, seen_at
