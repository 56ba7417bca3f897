-- Who was on the list of which set at any time within which window.
-- One row is an account in a set and a window.
WITH on_list AS (
    SELECT s."set" AS set_name, w."window" AS window_name, s.platform AS platform, s.account_id AS account_id,
           MIN(w.from_at) AS from_at, MIN(w.to_at) AS to_at
    FROM stays s CROSS JOIN windows w
    WHERE (s.from_at IS NULL OR s.from_at <= w.to_at) AND (s.to_at IS NULL OR s.to_at > w.from_at)
    GROUP BY s."set", w."window", s.platform, s.account_id
)
SELECT set_name, window_name, platform, account_id
FROM on_list
ORDER BY set_name, window_name, platform, account_id
