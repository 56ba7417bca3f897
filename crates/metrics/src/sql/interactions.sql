-- Whom the members of each set addressed in each window: how many times they addressed accounts on the list of the set and others,
-- by kind and in all ('interactions'); how many distinct accounts on the list that were, and how many of those also addressed them.
-- Who was on the list is asked for the day. Addressing oneself does not count. A target that is known by handle only (`@…`)
-- counts as not on the list, unless the list knows it so too.
-- Asks `addressed` (addressed.sql), `addressed_days` (addressed_days.sql), `inner_pairs` (inner_pairs.sql), and
-- `listings` (listings.sql).
-- One row is a kind of interaction of an account in a set and a window.
WITH ever_listed AS (
    SELECT account
    FROM listings
    GROUP BY account
),
sums AS (
    SELECT a.source AS source, a.kind AS kind, a.on_day AS on_day, SUM(a.times) AS times
    FROM addressed a JOIN ever_listed e ON a.source = e.account
    GROUP BY a.source, a.kind, a.on_day
),
own AS (
    SELECT l.set_number AS set_number, s.source AS source, s.kind AS kind, s.on_day AS on_day, s.times AS times
    FROM sums s JOIN listings l ON s.source = l.account
    WHERE (l.first_day IS NULL OR l.first_day <= s.on_day) AND (l.last_day IS NULL OR l.last_day >= s.on_day)
      AND (l.taken_until IS NULL OR l.taken_until < s.on_day)
),
of_kinds AS (
    SELECT o.set_number AS set_number, c.window_number AS window_number, o.source AS source, o.kind AS kind, SUM(o.times) AS times
    FROM own o JOIN addressed_days c ON o.on_day = c.on_day
    GROUP BY o.set_number, c.window_number, o.source, o.kind
),
totals AS (
    SELECT set_number, window_number, source, kind, times
    FROM of_kinds
    UNION ALL
    SELECT set_number, window_number, source, 0 AS kind, SUM(times) AS times
    FROM of_kinds
    GROUP BY set_number, window_number, source
),
pairs AS (
    SELECT set_number, window_number, source, target, SUM(inside) AS inside
    FROM inner_pairs
    GROUP BY set_number, window_number, source, target
),
counted AS (
    SELECT p.set_number AS set_number, p.window_number AS window_number, p.source AS source, p.kind AS kind, SUM(p.inside) AS inside,
           COUNT(CASE WHEN p.inside > 0 AND b.inside > 0 THEN 1 END) AS reciprocated,
           COUNT(CASE WHEN p.inside > 0 THEN 1 END) AS pairs_inside
    FROM inner_pairs p LEFT JOIN inner_pairs b
      ON p.set_number = b.set_number AND p.window_number = b.window_number AND p.kind = b.kind AND p.target = b.source
     AND p.source = b.target
    GROUP BY p.set_number, p.window_number, p.source, p.kind
    UNION ALL
    SELECT p.set_number AS set_number, p.window_number AS window_number, p.source AS source, 0 AS kind, SUM(p.inside) AS inside,
           COUNT(CASE WHEN p.inside > 0 AND b.inside > 0 THEN 1 END) AS reciprocated,
           COUNT(CASE WHEN p.inside > 0 THEN 1 END) AS pairs_inside
    FROM pairs p LEFT JOIN pairs b
      ON p.set_number = b.set_number AND p.window_number = b.window_number AND p.target = b.source AND p.source = b.target
    GROUP BY p.set_number, p.window_number, p.source
)
SELECT t.set_number AS set_number, t.window_number AS window_number, t.source AS account,
       CASE t.kind WHEN 0 THEN 'interactions' WHEN 1 THEN 'mention' WHEN 2 THEN 'quote' WHEN 3 THEN 'reply' ELSE 'repost' END AS kind,
       COALESCE(c.inside, 0) AS inside, t.times - COALESCE(c.inside, 0) AS outside,
       COALESCE(c.reciprocated, 0) AS reciprocated, COALESCE(c.pairs_inside, 0) AS pairs_inside
FROM totals t
LEFT JOIN counted c ON t.set_number = c.set_number AND t.window_number = c.window_number AND t.source = c.source AND t.kind = c.kind
ORDER BY set_number, window_number, kind, account
