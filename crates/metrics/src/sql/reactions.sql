-- Reactions among the members of each set in each window: how many times each addressed others on the list of the set (given), and
-- how many times others on it addressed that account (drawn), in whatever way.
-- Who was on the list is asked for the day, of both. Addressing oneself does not count.
-- One row is an account in a set and a window that gave or drew any.
WITH stay_days AS (
    SELECT "set" AS set_name, platform, account_id, CAST(from_at AS DATE) AS first_day, CAST(to_at AS DATE) AS last_day
    FROM stays
),
window_days AS (
    SELECT "window" AS window_name, CAST(from_at AS DATE) AS first_day, CAST(to_at AS DATE) AS last_day
    FROM windows
),
days AS (
    SELECT platform, source, target, "day" AS on_day, SUM("count") AS times
    FROM interactions
    WHERE source <> target
    GROUP BY platform, source, target, "day"
),
own AS (
    SELECT s.set_name AS set_name, d.platform AS platform, d.source AS source, d.target AS target, d.on_day AS on_day,
           MAX(d.times) AS times
    FROM days d JOIN stay_days s ON d.platform = s.platform AND d.source = s.account_id
    WHERE (s.first_day IS NULL OR s.first_day <= d.on_day) AND (s.last_day IS NULL OR s.last_day >= d.on_day)
    GROUP BY s.set_name, d.platform, d.source, d.target, d.on_day
),
inner_days AS (
    SELECT o.set_name AS set_name, o.platform AS platform, o.source AS source, o.target AS target, o.on_day AS on_day,
           MAX(o.times) AS times
    FROM own o JOIN stay_days s ON o.set_name = s.set_name AND o.platform = s.platform AND o.target = s.account_id
    WHERE (s.first_day IS NULL OR s.first_day <= o.on_day) AND (s.last_day IS NULL OR s.last_day >= o.on_day)
    GROUP BY o.set_name, o.platform, o.source, o.target, o.on_day
),
ends AS (
    SELECT set_name, platform, source AS account_id, on_day, times AS given, 0 AS drawn
    FROM inner_days
    UNION ALL
    SELECT set_name, platform, target AS account_id, on_day, 0 AS given, times AS drawn
    FROM inner_days
)
SELECT e.set_name AS set_name, w.window_name AS window_name, e.platform AS platform, e.account_id AS account_id,
       SUM(e.given) AS given, SUM(e.drawn) AS drawn
FROM ends e CROSS JOIN window_days w
WHERE e.on_day >= w.first_day AND e.on_day <= w.last_day
GROUP BY e.set_name, w.window_name, e.platform, e.account_id
ORDER BY set_name, window_name, platform, account_id
