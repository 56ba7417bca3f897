-- The first and the last observation of the number of posts written, of each account that was
-- on the list of a set within each window.
-- Windows hold whole days: observations are reduced to the first and the last of each day before they are placed in windows.
-- Asks `observations` (observations.sql), `listings` (listings.sql) and `numbers` (numbers.sql).
-- One row is an account in a set and a window with at least two observations.
WITH on_list AS (
    SELECT l.set_number AS set_number, w."window" AS window_name, l.account AS account
    FROM listings l CROSS JOIN windows w
    WHERE (l.from_at IS NULL OR l.from_at <= w.to_at) AND (l.to_at IS NULL OR l.to_at > w.from_at)
    GROUP BY l.set_number, w."window", l.account
),
counted AS (
    SELECT account, observed_at, statuses
    FROM observations
    WHERE statuses IS NOT NULL AND account IN (SELECT account FROM listings)
),
daily AS (
    SELECT account, CAST(observed_at AS DATE) AS seen_on, MIN(observed_at) AS first_at, MAX(observed_at) AS last_at
    FROM counted
    GROUP BY account, CAST(observed_at AS DATE)
),
days AS (
    SELECT seen_on
    FROM daily
    GROUP BY seen_on
),
window_days AS (
    SELECT "window" AS window_name, CAST(from_at AS DATE) AS first_day, CAST(to_at AS DATE) AS last_day
    FROM windows
),
calendar AS (
    SELECT w.window_name AS window_name, d.seen_on AS seen_on
    FROM days d CROSS JOIN window_days w
    WHERE d.seen_on >= w.first_day AND d.seen_on <= w.last_day
),
spans AS (
    SELECT c.window_name AS window_name, d.account AS account, MIN(d.first_at) AS first_at, MAX(d.last_at) AS last_at
    FROM daily d JOIN calendar c ON d.seen_on = c.seen_on
    GROUP BY c.window_name, d.account
),
ends AS (
    SELECT l.set_number AS set_number, s.window_name AS window_name, s.account AS account, s.first_at AS first_at, s.last_at AS last_at
    FROM spans s JOIN on_list l ON s.window_name = l.window_name AND s.account = l.account
    WHERE s.first_at < s.last_at
)
SELECT CASE e.set_number WHEN 1 THEN 'expanded' ELSE 'listed' END AS set_name, e.window_name AS window_name,
       n.platform AS platform, n.account_id AS account_id, e.first_at AS first_at, e.last_at AS last_at,
       f.statuses AS first_statuses, l.statuses AS last_statuses
FROM ends e
JOIN counted f ON e.account = f.account AND e.first_at = f.observed_at
JOIN counted l ON e.account = l.account AND e.last_at = l.observed_at
JOIN numbers n ON e.account = n.account
ORDER BY set_name, window_name, platform, account_id
