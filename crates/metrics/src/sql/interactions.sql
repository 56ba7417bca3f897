-- Whom the members of each set addressed in each window: how many times they addressed accounts on the list of the set and others,
-- by kind and in all ('interactions'); how many distinct accounts on the list that were, and how many of those also addressed them.
-- Who was on the list is asked for the day. Addressing oneself does not count. A target that is known by handle only (`@…`)
-- counts as not on the list, unless the list knows it so too.
-- Asks `addressed` (addressed.sql), `addressed_days` (addressed_days.sql), `inner_pairs` (inner_pairs.sql), `listings` (listings.sql)
-- and `numbers` (numbers.sql).
-- One row is a kind of interaction of an account in a set and a window.
WITH sums AS (
    SELECT source, kind, on_day, SUM(times) AS times
    FROM addressed
    WHERE source IN (SELECT account FROM listings)
    GROUP BY source, kind, on_day
),
own AS (
    SELECT l.set_number AS set_number, s.source AS source, s.kind AS kind, s.on_day AS on_day, s.times AS times
    FROM sums s JOIN listings l ON s.source = l.account
    WHERE (l.first_day IS NULL OR l.first_day <= s.on_day) AND (l.last_day IS NULL OR l.last_day >= s.on_day)
      AND (l.taken_until IS NULL OR l.taken_until < s.on_day)
),
of_kinds AS (
    SELECT o.set_number AS set_number, c.window_name AS window_name, o.source AS source, o.kind AS kind, SUM(o.times) AS times
    FROM own o JOIN addressed_days c ON o.on_day = c.on_day
    GROUP BY o.set_number, c.window_name, o.source, o.kind
),
totals AS (
    SELECT set_number, window_name, source, kind, times
    FROM of_kinds
    UNION ALL
    SELECT set_number, window_name, source, 0 AS kind, SUM(times) AS times
    FROM of_kinds
    GROUP BY set_number, window_name, source
),
pairs AS (
    SELECT set_number, window_name, source, target, SUM(inside) AS inside
    FROM inner_pairs
    GROUP BY set_number, window_name, source, target
),
counted AS (
    SELECT p.set_number AS set_number, p.window_name AS window_name, p.source AS source, p.kind AS kind, SUM(p.inside) AS inside,
           COUNT(CASE WHEN p.inside > 0 AND b.inside > 0 THEN 1 END) AS reciprocated,
           COUNT(CASE WHEN p.inside > 0 THEN 1 END) AS pairs_inside
    FROM inner_pairs p LEFT JOIN inner_pairs b
      ON p.set_number = b.set_number AND p.window_name = b.window_name AND p.kind = b.kind AND p.target = b.source
     AND p.source = b.target
    GROUP BY p.set_number, p.window_name, p.source, p.kind
    UNION ALL
    SELECT p.set_number AS set_number, p.window_name AS window_name, p.source AS source, 0 AS kind, SUM(p.inside) AS inside,
           COUNT(CASE WHEN p.inside > 0 AND b.inside > 0 THEN 1 END) AS reciprocated,
           COUNT(CASE WHEN p.inside > 0 THEN 1 END) AS pairs_inside
    FROM pairs p LEFT JOIN pairs b
      ON p.set_number = b.set_number AND p.window_name = b.window_name AND p.target = b.source AND p.source = b.target
    GROUP BY p.set_number, p.window_name, p.source
)
SELECT CASE t.set_number WHEN 1 THEN 'expanded' ELSE 'listed' END AS set_name, t.window_name AS window_name,
       CASE t.kind WHEN 0 THEN 'interactions' WHEN 1 THEN 'mention' WHEN 2 THEN 'quote' WHEN 3 THEN 'reply' ELSE 'repost' END AS kind,
       n.platform AS platform, n.account_id AS account_id, COALESCE(c.inside, 0) AS inside, t.times - COALESCE(c.inside, 0) AS outside,
       COALESCE(c.reciprocated, 0) AS reciprocated, COALESCE(c.pairs_inside, 0) AS pairs_inside
FROM totals t
LEFT JOIN counted c ON t.set_number = c.set_number AND t.window_name = c.window_name AND t.source = c.source AND t.kind = c.kind
JOIN numbers n ON t.source = n.account
ORDER BY set_name, window_name, kind, platform, account_id
