-- When which account was on the list of which set, by numbers: the sets in the order of their names. An account's stays in a set do
-- not overlap (enrich joins those that do), but two may share a day: taken_until is the last day of those before.
-- One row is a stay; the table `listings`.
WITH named AS (
    SELECT CASE WHEN s."set" = 'expanded' THEN 1 ELSE 2 END AS set_number, n.account AS account, s.from_at AS from_at, s.to_at AS to_at,
           CASE WHEN s.from_at IS NULL THEN 0 ELSE 1 END AS begins
    FROM stays s JOIN numbers n ON s.platform = n.platform AND s.account_id = n.account_id
)
SELECT set_number, account, from_at, to_at, CAST(from_at AS DATE) AS first_day, CAST(to_at AS DATE) AS last_day,
       LAG(CAST(to_at AS DATE)) OVER (PARTITION BY set_number, account ORDER BY begins, from_at) AS taken_until
FROM named
