-- Whom the members of each set addressed in each window: how many times they addressed members of the set and others, by kind and
-- in all ('interactions'); and how many of the members that they addressed also addressed them. Addressing oneself does not
-- count. A target that is known by handle only (`@…`) is no member.
-- One row is a kind of interaction of an account in a set and a window.
WITH on_list AS (
    SELECT m."set" AS set_name, w."window" AS window_name, m.platform AS platform, m.account_id AS account_id,
           COUNT(*) AS samples
    FROM members m CROSS JOIN windows w
    WHERE m.sample_at >= w.from_at AND m.sample_at <= w.to_at
    GROUP BY m."set", w."window", m.platform, m.account_id
),
days AS (
    SELECT "window" AS window_name, CAST(from_at AS DATE) AS from_day, CAST(to_at AS DATE) AS to_day
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
ties AS (
    SELECT d.window_name AS window_name, a.platform AS platform, a.source AS source, a.target AS target, a.kind AS kind,
           SUM(a.times) AS times
    FROM addressed a CROSS JOIN days d
    WHERE a.on_day >= d.from_day AND a.on_day <= d.to_day
    GROUP BY d.window_name, a.platform, a.source, a.target, a.kind
),
own AS (
    SELECT l.set_name AS set_name, t.window_name AS window_name, t.platform AS platform, t.source AS source, t.target AS target,
           t.kind AS kind, t.times AS times
    FROM ties t JOIN on_list l ON t.window_name = l.window_name AND t.platform = l.platform AND t.source = l.account_id
),
placed AS (
    SELECT o.set_name AS set_name, o.window_name AS window_name, o.platform AS platform, o.source AS source, o.target AS target,
           o.kind AS kind, o.times AS times, l.samples AS other_samples
    FROM own o LEFT JOIN on_list l
      ON o.set_name = l.set_name AND o.window_name = l.window_name AND o.platform = l.platform AND o.target = l.account_id
),
returned AS (
    SELECT p.set_name AS set_name, p.window_name AS window_name, p.platform AS platform, p.source AS source, p.kind AS kind,
           p.times AS times, p.other_samples AS other_samples, t.times AS back
    FROM placed p LEFT JOIN ties t
      ON p.window_name = t.window_name AND p.platform = t.platform AND p.kind = t.kind
     AND p.target = t.source AND p.source = t.target
)
SELECT set_name, window_name, kind, platform, source AS account_id,
       SUM(CASE WHEN other_samples IS NOT NULL THEN times ELSE 0 END) AS inside,
       SUM(CASE WHEN other_samples IS NULL THEN times ELSE 0 END) AS outside,
       COUNT(CASE WHEN other_samples IS NOT NULL AND back IS NOT NULL THEN 1 END) AS reciprocated,
       COUNT(CASE WHEN other_samples IS NOT NULL THEN 1 END) AS pairs_inside
FROM returned
GROUP BY set_name, window_name, kind, platform, source
ORDER BY set_name, window_name, kind, platform, account_id
