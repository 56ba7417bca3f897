-- The first and the last observation of the number of posts written, of each account that was
-- on the list of a set within each window.
-- Asks `observations` (observations.sql), `listings` (listings.sql) and `numbers` (numbers.sql).
-- One row is an account in a set and a window with at least two observations.
WITH on_list AS (
    SELECT l.set_number AS set_number, w."window" AS window_name, l.account AS account, MIN(w.from_at) AS from_at,
           MIN(w.to_at) AS to_at
    FROM listings l CROSS JOIN windows w
    WHERE (l.from_at IS NULL OR l.from_at <= w.to_at) AND (l.to_at IS NULL OR l.to_at > w.from_at)
    GROUP BY l.set_number, w."window", l.account
),
counted AS (
    SELECT account, observed_at, statuses
    FROM observations
    WHERE statuses IS NOT NULL AND account IN (SELECT account FROM listings)
),
ends AS (
    SELECT l.set_number AS set_number, l.window_name AS window_name, l.account AS account, MIN(c.observed_at) AS first_at,
           MAX(c.observed_at) AS last_at
    FROM on_list l JOIN counted c ON l.account = c.account
    WHERE c.observed_at >= l.from_at AND c.observed_at <= l.to_at
    GROUP BY l.set_number, l.window_name, l.account
)
SELECT CASE e.set_number WHEN 1 THEN 'expanded' ELSE 'listed' END AS set_name, e.window_name AS window_name,
       n.platform AS platform, n.account_id AS account_id, e.first_at AS first_at, e.last_at AS last_at,
       f.statuses AS first_statuses, l.statuses AS last_statuses
FROM ends e
JOIN counted f ON e.account = f.account AND e.first_at = f.observed_at
JOIN counted l ON e.account = l.account AND e.last_at = l.observed_at
JOIN numbers n ON e.account = n.account
WHERE e.first_at < e.last_at
ORDER BY set_name, window_name, platform, account_id
