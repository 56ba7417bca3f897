-- Reactions among the members of each set in each window: how many times each addressed others on the list of the set (given), and
-- how many times others on it addressed that account (drawn), in whatever way.
-- Who was on the list is asked for the day, of both. Addressing oneself does not count.
-- Asks `inner_pairs` (inner_pairs.sql).
-- One row is an account in a set and a window that gave or drew any.
WITH ends AS (
    SELECT set_number, window_number, source AS account, SUM(inside) AS given, 0 AS drawn
    FROM inner_pairs
    GROUP BY set_number, window_number, source
    UNION ALL
    SELECT set_number, window_number, target AS account, 0 AS given, SUM(inside) AS drawn
    FROM inner_pairs
    GROUP BY set_number, window_number, target
)
SELECT set_number, window_number, account, SUM(given) AS given, SUM(drawn) AS drawn
FROM ends
GROUP BY set_number, window_number, account
ORDER BY set_number, window_number, account
