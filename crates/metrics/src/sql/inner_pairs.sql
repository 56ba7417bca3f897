-- Who addressed whom within each set in each window, both on its list on that day, by numbers, by kind.
-- Asks `addressed` (addressed.sql), `addressed_days` (addressed_days.sql) and `listings` (listings.sql).
-- One row is a set, a window, an ordered pair of accounts and a kind; the table `inner_pairs`.
WITH ever_listed AS (
    SELECT account
    FROM listings
    GROUP BY account
),
between_listed AS (
    SELECT a.source AS source, a.target AS target, a.kind AS kind, a.on_day AS on_day, a.times AS times
    FROM addressed a
    JOIN ever_listed s ON a.source = s.account
    JOIN ever_listed t ON a.target = t.account
),
own AS (
    SELECT l.set_number AS set_number, a.source AS source, a.target AS target, a.kind AS kind, a.on_day AS on_day, a.times AS times
    FROM between_listed a JOIN listings l ON a.source = l.account
    WHERE (l.first_day IS NULL OR l.first_day <= a.on_day) AND (l.last_day IS NULL OR l.last_day >= a.on_day)
      AND (l.taken_until IS NULL OR l.taken_until < a.on_day)
),
inner_days AS (
    SELECT o.set_number AS set_number, o.source AS source, o.target AS target, o.kind AS kind, o.on_day AS on_day, o.times AS times
    FROM own o JOIN listings l ON o.set_number = l.set_number AND o.target = l.account
    WHERE (l.first_day IS NULL OR l.first_day <= o.on_day) AND (l.last_day IS NULL OR l.last_day >= o.on_day)
      AND (l.taken_until IS NULL OR l.taken_until < o.on_day)
)
SELECT i.set_number AS set_number, c.window_number AS window_number, i.source AS source, i.target AS target, i.kind AS kind,
       SUM(i.times) AS inside
FROM inner_days i JOIN addressed_days c ON i.on_day = c.on_day
GROUP BY i.set_number, c.window_number, i.source, i.target, i.kind
