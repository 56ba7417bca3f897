-- What was seen of accounts when, by number: of each account and day the first and the last observation, and the first and the last
-- that tell how many posts it had written; what lies between them no statement asks. Of several observations at one moment the
-- largest counts are taken.
-- Asks `numbers` (numbers.sql).
-- One row is an account at a moment; the table `observations`.
WITH seen AS (
    SELECT n.account AS account, a.observed_at AS observed_at, MAX(a.followers) AS followers, MAX(a.following) AS following,
           MAX(a.statuses) AS statuses, MAX(a.tweets_per_day) AS tweets_per_day
    FROM accounts a JOIN numbers n ON a.platform = n.platform AND a.account_id = n.account_id
    WHERE a.observed_at IS NOT NULL
    GROUP BY n.account, a.observed_at
),
dated AS (
    SELECT account, CAST(observed_at AS DATE) AS seen_on, observed_at, followers, following, statuses, tweets_per_day
    FROM seen
),
ends AS (
    SELECT account, seen_on, MIN(observed_at) AS first_at, MAX(observed_at) AS last_at,
           MIN(CASE WHEN statuses IS NOT NULL THEN observed_at END) AS first_counted_at,
           MAX(CASE WHEN statuses IS NOT NULL THEN observed_at END) AS last_counted_at
    FROM dated
    GROUP BY account, seen_on
)
SELECT d.account AS account, d.observed_at AS observed_at, d.followers AS followers, d.following AS following,
       d.statuses AS statuses, d.tweets_per_day AS tweets_per_day
FROM dated d JOIN ends e ON d.account = e.account AND d.seen_on = e.seen_on
WHERE d.observed_at = e.first_at OR d.observed_at = e.last_at OR d.observed_at = e.first_counted_at
   OR d.observed_at = e.last_counted_at
