-- How many posts of each account were seen on each UTC day on which there was one, and the day's first and last.
-- One row is an account on a day.
WITH dated AS (
    SELECT platform, account_id, posted_at, CAST(posted_at AS DATE) AS posted_on
    FROM posts
    WHERE posted_at IS NOT NULL
)
SELECT platform, account_id, posted_on, COUNT(*) AS posts, MIN(posted_at) AS first_at, MAX(posted_at) AS last_at
FROM dated
GROUP BY platform, account_id, posted_on
ORDER BY platform, account_id, posted_on
