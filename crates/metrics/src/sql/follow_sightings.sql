-- Who was seen to follow whom at which moments; a follow without a time is taken as seen at the end of the period, one of oneself
-- is left out.
-- One row is an ordered pair of accounts at a moment.
WITH period AS (
    SELECT to_at
    FROM windows
    WHERE "window" = 'all'
),
seen AS (
    SELECT f.platform AS platform, f.follower_id AS source, f.followed_id AS target,
           COALESCE(f.observed_at, p.to_at) AS seen_at
    FROM follows f CROSS JOIN period p
    WHERE f.follower_id <> f.followed_id
)
SELECT platform, source, target, seen_at, COUNT(*) AS times
FROM seen
GROUP BY platform, source, target, seen_at
ORDER BY platform, source, target, seen_at
