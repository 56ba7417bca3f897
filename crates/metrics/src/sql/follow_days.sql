-- Who was seen to follow whom on which day; a follow without a time is taken as seen at the end of the period, one of oneself is
-- left out.
-- One row is an ordered pair of accounts on a day.
WITH period AS (
    SELECT to_at
    FROM windows
    WHERE "window" = 'all'
),
seen AS (
    SELECT f.platform AS platform, f.follower_id AS source, f.followed_id AS target,
           CAST(COALESCE(f.observed_at, p.to_at) AS DATE) AS on_day
    FROM follows f CROSS JOIN period p
    WHERE f.follower_id <> f.followed_id
)
SELECT platform, source, target, on_day, COUNT(*) AS times
FROM seen
GROUP BY platform, source, target, on_day
ORDER BY platform, source, target, on_day
