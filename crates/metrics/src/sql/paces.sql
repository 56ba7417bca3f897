-- The first and the last observation of the number of posts written, of each account that was
-- on the list of a set within each window.
-- One row is an account in a set and a window with at least two observations.
WITH on_list AS (
    SELECT s."set" AS set_name, w."window" AS window_name, s.platform AS platform, s.account_id AS account_id,
           MIN(w.from_at) AS from_at, MIN(w.to_at) AS to_at
    FROM stays s CROSS JOIN windows w
    WHERE (s.from_at IS NULL OR s.from_at <= w.to_at) AND (s.to_at IS NULL OR s.to_at > w.from_at)
    GROUP BY s."set", w."window", s.platform, s.account_id
),
counted AS (
    SELECT platform, account_id, observed_at, MAX(statuses) AS statuses
    FROM accounts
    WHERE statuses IS NOT NULL AND observed_at IS NOT NULL
    GROUP BY platform, account_id, observed_at
),
seen AS (
    SELECT l.set_name AS set_name, l.window_name AS window_name, l.platform AS platform, l.account_id AS account_id,
           c.observed_at AS observed_at, c.statuses AS statuses
    FROM on_list l JOIN counted c ON l.platform = c.platform AND l.account_id = c.account_id
    WHERE c.observed_at >= l.from_at AND c.observed_at <= l.to_at
),
ends AS (
    SELECT set_name, window_name, platform, account_id, MIN(observed_at) AS first_at, MAX(observed_at) AS last_at
    FROM seen
    GROUP BY set_name, window_name, platform, account_id
),
firsts AS (
    SELECT e.set_name AS set_name, e.window_name AS window_name, e.platform AS platform, e.account_id AS account_id,
           e.first_at AS first_at, e.last_at AS last_at, c.statuses AS first_statuses
    FROM ends e JOIN counted c ON e.platform = c.platform AND e.account_id = c.account_id AND e.first_at = c.observed_at
    WHERE e.first_at < e.last_at
)
SELECT f.set_name AS set_name, f.window_name AS window_name, f.platform AS platform, f.account_id AS account_id,
       f.first_at AS first_at, f.last_at AS last_at, f.first_statuses AS first_statuses, c.statuses AS last_statuses
FROM firsts f JOIN counted c ON f.platform = c.platform AND f.account_id = c.account_id AND f.last_at = c.observed_at
ORDER BY set_name, window_name, platform, account_id
