-- How many posts of each account were seen on each UTC day on which there was one, of how many of them the archive has a record of its
-- own, and the day's first and last.
-- Asks `dated_posts` (dated_posts.sql).
-- One row is an account on a day.
SELECT account, posted_on, COUNT(*) AS posts, SUM(collected) AS collected, MIN(posted_at) AS first_at, MAX(posted_at) AS last_at
FROM dated_posts
GROUP BY account, posted_on
ORDER BY account, posted_on
