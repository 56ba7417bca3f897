-- The first and the last observation of the number of posts written, of each account that was
-- on the list of a set within each window.
-- Windows hold whole days: observations are reduced to the first and the last of each day before they are placed in windows.
-- Asks `observations` (observations.sql), `listings` (listings.sql) and `spans` (spans.sql).
-- One row is an account in a set and a window with at least two observations.
WITH on_list AS (
    SELECT l.set_number AS set_number, w.window_number AS window_number, l.account AS account
    FROM listings l CROSS JOIN spans w
    WHERE (l.from_at IS NULL OR l.from_at <= w.to_at) AND (l.to_at IS NULL OR l.to_at > w.from_at)
    GROUP BY l.set_number, w.window_number, l.account
),
ever_listed AS (
    SELECT account
    FROM listings
    GROUP BY account
),
counted AS (
    SELECT o.account AS account, o.observed_at AS observed_at, o.statuses AS statuses
    FROM observations o JOIN ever_listed e ON o.account = e.account
    WHERE o.statuses IS NOT NULL
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
calendar AS (
    SELECT w.window_number AS window_number, d.seen_on AS seen_on
    FROM days d CROSS JOIN spans w
    WHERE d.seen_on >= w.first_day AND d.seen_on <= w.last_day
),
extremes AS (
    SELECT c.window_number AS window_number, d.account AS account, MIN(d.first_at) AS first_at, MAX(d.last_at) AS last_at
    FROM daily d JOIN calendar c ON d.seen_on = c.seen_on
    GROUP BY c.window_number, d.account
),
ends AS (
    SELECT l.set_number AS set_number, s.window_number AS window_number, s.account AS account, s.first_at AS first_at, s.last_at AS last_at
    FROM extremes s JOIN on_list l ON s.window_number = l.window_number AND s.account = l.account
    WHERE s.first_at < s.last_at
)
SELECT e.set_number AS set_number, e.window_number AS window_number, e.account AS account, e.first_at AS first_at, e.last_at AS last_at,
       f.statuses AS first_statuses, l.statuses AS last_statuses
FROM ends e
JOIN counted f ON e.account = f.account AND e.first_at = f.observed_at
JOIN counted l ON e.account = l.account AND e.last_at = l.observed_at
ORDER BY set_number, window_number, account
