-- The newest observation of each account at each sample at which it is newer than at the sample before.
-- One row is an account and the first sample that sees the observation (`sample_at`); it stays the newest until before the
-- account's next row (`next_sample_at`; null: to the end). Samples are the last moments of their days, so that an observation
-- belongs to the first sample whose day is not before its own.
WITH observed AS (
    SELECT platform, account_id, observed_at, CAST(observed_at AS DATE) AS day, source_file, source_line, source_part,
           created_at, followers, following, statuses, age_days, tweets_per_day, location, location_country, location_candidates
    FROM accounts
    WHERE observed_at IS NOT NULL
),
days AS (
    SELECT o.day AS day, MIN(s.sample_at) AS sample_at
    FROM (SELECT DISTINCT day FROM observed) o CROSS JOIN samples s
    WHERE o.day <= s.day
    GROUP BY o.day
),
numbered AS (
    SELECT o.platform, o.account_id, d.sample_at, o.observed_at, o.source_file, o.created_at, o.followers, o.following,
           o.statuses, o.age_days, o.tweets_per_day, o.location, o.location_country, o.location_candidates,
           ROW_NUMBER() OVER (
               PARTITION BY o.platform, o.account_id, d.sample_at
               ORDER BY o.observed_at DESC, o.source_file DESC, o.source_line DESC, o.source_part DESC
           ) AS place
    FROM observed o JOIN days d ON o.day = d.day
)
SELECT platform, account_id, sample_at, observed_at, source_file, created_at, followers, following, statuses, age_days,
       tweets_per_day, location, location_country, location_candidates,
       LEAD(sample_at) OVER (PARTITION BY platform, account_id ORDER BY sample_at) AS next_sample_at
FROM numbered
WHERE place = 1
ORDER BY platform, account_id, sample_at
