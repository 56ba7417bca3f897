-- Reactions among the members of each set in each window: how many times each addressed others on the list of the set (given), and
-- how many times others on it addressed that account (drawn), in whatever way.
-- Who was on the list is asked for the day, of both. Addressing oneself does not count.
-- Asks `inner_pairs` (inner_pairs.sql) and `numbers` (numbers.sql).
-- One row is an account in a set and a window that gave or drew any.
WITH ends AS (
    SELECT set_number, window_name, source AS account, SUM(inside) AS given, 0 AS drawn
    FROM inner_pairs
    GROUP BY set_number, window_name, source
    UNION ALL
    SELECT set_number, window_name, target AS account, 0 AS given, SUM(inside) AS drawn
    FROM inner_pairs
    GROUP BY set_number, window_name, target
),
counted AS (
    SELECT set_number, window_name, account, SUM(given) AS given, SUM(drawn) AS drawn
    FROM ends
    GROUP BY set_number, window_name, account
)
SELECT CASE c.set_number WHEN 1 THEN 'expanded' ELSE 'listed' END AS set_name, c.window_name AS window_name,
       n.platform AS platform, n.account_id AS account_id, c.given AS given, c.drawn AS drawn
FROM counted c JOIN numbers n ON c.account = n.account
ORDER BY set_name, window_name, platform, account_id
