-- Who was on the list of which set at any time within which window.
-- An account stays on the list of `listed` from listed_at to unlisted_at of its roster entries (null: from the start, to the end);
-- a member of a set that no roster names stays all the time.
-- One row is an account in a set and a window.
WITH roster_stays AS (
    SELECT 'listed' AS set_name, platform, account_id, listed_at, unlisted_at, source_line
    FROM roster
    WHERE account_id IS NOT NULL
),
sampled AS (
    SELECT "set" AS set_name, platform, account_id, COUNT(*) AS samples
    FROM members
    GROUP BY "set", platform, account_id
),
stays AS (
    SELECT set_name, platform, account_id, listed_at, unlisted_at
    FROM roster_stays
    UNION ALL
    SELECT m.set_name AS set_name, m.platform AS platform, m.account_id AS account_id, r.listed_at AS listed_at,
           r.unlisted_at AS unlisted_at
    FROM sampled m LEFT JOIN roster_stays r
      ON m.set_name = r.set_name AND m.platform = r.platform AND m.account_id = r.account_id
    WHERE r.source_line IS NULL
),
on_list AS (
    SELECT s.set_name AS set_name, w."window" AS window_name, s.platform AS platform, s.account_id AS account_id,
           MIN(w.from_at) AS from_at, MIN(w.to_at) AS to_at
    FROM stays s CROSS JOIN windows w
    WHERE (s.listed_at IS NULL OR s.listed_at <= w.to_at) AND (s.unlisted_at IS NULL OR s.unlisted_at > w.from_at)
    GROUP BY s.set_name, w."window", s.platform, s.account_id
)
SELECT set_name, window_name, platform, account_id
FROM on_list
ORDER BY set_name, window_name, platform, account_id
