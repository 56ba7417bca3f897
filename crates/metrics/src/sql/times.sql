-- What each table of observations holds: how many records, how many of them can be placed in time, between which moments, and
-- how many say nothing that is measured (answers without a state, follows of oneself).
-- One row is a table.
SELECT 'accounts' AS source, COUNT(*) AS records, COUNT(observed_at) AS timed, 0 AS empty_records,
       MIN(observed_at) AS first_at, MAX(observed_at) AS last_at
FROM accounts
UNION ALL
SELECT 'availability' AS source, COUNT(*) AS records, COUNT(observed_at) AS timed,
       COUNT(CASE WHEN state = 'unknown' THEN 1 END) AS empty_records,
       MIN(observed_at) AS first_at, MAX(observed_at) AS last_at
FROM availability
UNION ALL
SELECT 'follows' AS source, COUNT(*) AS records, COUNT(observed_at) AS timed,
       COUNT(CASE WHEN follower_id = followed_id THEN 1 END) AS empty_records,
       MIN(observed_at) AS first_at, MAX(observed_at) AS last_at
FROM follows
UNION ALL
SELECT 'posts' AS source, COUNT(*) AS records, COUNT(posted_at) AS timed, 0 AS empty_records,
       MIN(posted_at) AS first_at, MAX(posted_at) AS last_at
FROM posts
ORDER BY source
