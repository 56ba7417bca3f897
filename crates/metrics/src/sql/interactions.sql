-- Whom the members of each set addressed in each window: how many times they addressed accounts on the list of the set and others,
-- by kind and in all ('interactions'); how many distinct accounts on the list that were, and how many of those also addressed them.
-- Who was on the list is asked for the day. Addressing oneself does not count. A target that is known by handle only (`@…`)
-- counts as not on the list, unless the list knows it so too.
-- One row is a kind of interaction of an account in a set and a window.
WITH stay_days AS (
    SELECT "set" AS set_name, platform, account_id, CAST(from_at AS DATE) AS first_day, CAST(to_at AS DATE) AS last_day
    FROM stays
),
window_days AS (
    SELECT "window" AS window_name, CAST(from_at AS DATE) AS first_day, CAST(to_at AS DATE) AS last_day
    FROM windows
),
addressed AS (
    SELECT platform, source, target, kind, "day" AS on_day, "count" AS times
    FROM interactions
    WHERE source <> target
    UNION ALL
    SELECT platform, source, target, 'interactions' AS kind, "day" AS on_day, "count" AS times
    FROM interactions
    WHERE source <> target
),
days AS (
    SELECT platform, source, target, kind, on_day, SUM(times) AS times
    FROM addressed
    GROUP BY platform, source, target, kind, on_day
),
own AS (
    SELECT s.set_name AS set_name, d.platform AS platform, d.source AS source, d.target AS target, d.kind AS kind,
           d.on_day AS on_day, MAX(d.times) AS times
    FROM days d JOIN stay_days s ON d.platform = s.platform AND d.source = s.account_id
    WHERE (s.first_day IS NULL OR s.first_day <= d.on_day) AND (s.last_day IS NULL OR s.last_day >= d.on_day)
    GROUP BY s.set_name, d.platform, d.source, d.target, d.kind, d.on_day
),
inner_days AS (
    SELECT o.set_name AS set_name, o.platform AS platform, o.source AS source, o.target AS target, o.kind AS kind,
           o.on_day AS on_day, COUNT(*) AS entries
    FROM own o JOIN stay_days s ON o.set_name = s.set_name AND o.platform = s.platform AND o.target = s.account_id
    WHERE (s.first_day IS NULL OR s.first_day <= o.on_day) AND (s.last_day IS NULL OR s.last_day >= o.on_day)
    GROUP BY o.set_name, o.platform, o.source, o.target, o.kind, o.on_day
),
placed AS (
    SELECT o.set_name AS set_name, o.platform AS platform, o.source AS source, o.target AS target, o.kind AS kind,
           o.on_day AS on_day, o.times AS times, i.entries AS entries
    FROM own o LEFT JOIN inner_days i
      ON o.set_name = i.set_name AND o.platform = i.platform AND o.source = i.source AND o.target = i.target
     AND o.kind = i.kind AND o.on_day = i.on_day
),
pairs AS (
    SELECT p.set_name AS set_name, w.window_name AS window_name, p.platform AS platform, p.source AS source, p.target AS target,
           p.kind AS kind,
           SUM(CASE WHEN p.entries IS NOT NULL THEN p.times ELSE 0 END) AS inside,
           SUM(CASE WHEN p.entries IS NULL THEN p.times ELSE 0 END) AS outside
    FROM placed p CROSS JOIN window_days w
    WHERE p.on_day >= w.first_day AND p.on_day <= w.last_day
    GROUP BY p.set_name, w.window_name, p.platform, p.source, p.target, p.kind
),
returned AS (
    SELECT p.set_name AS set_name, p.window_name AS window_name, p.platform AS platform, p.source AS source, p.kind AS kind,
           p.inside AS inside, p.outside AS outside, b.inside AS back
    FROM pairs p LEFT JOIN pairs b
      ON p.set_name = b.set_name AND p.window_name = b.window_name AND p.platform = b.platform AND p.kind = b.kind
     AND p.target = b.source AND p.source = b.target
)
SELECT set_name, window_name, kind, platform, source AS account_id, SUM(inside) AS inside, SUM(outside) AS outside,
       COUNT(CASE WHEN inside > 0 AND back > 0 THEN 1 END) AS reciprocated,
       COUNT(CASE WHEN inside > 0 THEN 1 END) AS pairs_inside
FROM returned
GROUP BY set_name, window_name, kind, platform, source
ORDER BY set_name, window_name, kind, platform, account_id
