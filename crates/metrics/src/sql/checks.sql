-- Each check of each account with the check before it, and on the list of which sets the account was at the check before.
-- Of two answers at the same moment the first in the alphabet counts, which puts `active` before every end; an answer that says
-- nothing of the account is no check.
-- One row is a check.
WITH answers AS (
    SELECT platform, account_id, observed_at, MIN(state) AS state
    FROM availability
    WHERE state <> 'unknown'
    GROUP BY platform, account_id, observed_at
),
checks AS (
    SELECT platform, account_id, observed_at AS checked_at, state,
           LAG(observed_at) OVER (PARTITION BY platform, account_id ORDER BY observed_at) AS previous_at,
           LAG(state) OVER (PARTITION BY platform, account_id ORDER BY observed_at) AS previous_state
    FROM answers
),
lists AS (
    SELECT c.platform AS platform, c.account_id AS account_id, c.checked_at AS checked_at,
           COUNT(CASE WHEN s."set" = 'expanded' THEN 1 END) AS expanded, COUNT(CASE WHEN s."set" = 'listed' THEN 1 END) AS listed
    FROM checks c JOIN stays s ON c.platform = s.platform AND c.account_id = s.account_id
    WHERE (s.from_at IS NULL OR s.from_at <= c.previous_at) AND (s.to_at IS NULL OR s.to_at > c.previous_at)
    GROUP BY c.platform, c.account_id, c.checked_at
)
SELECT c.platform AS platform, c.account_id AS account_id, c.checked_at AS checked_at, c.state AS state,
       c.previous_at AS previous_at, c.previous_state AS previous_state,
       COALESCE(l.expanded, 0) AS expanded_before, COALESCE(l.listed, 0) AS listed_before
FROM checks c LEFT JOIN lists l
  ON c.platform = l.platform AND c.account_id = l.account_id AND c.checked_at = l.checked_at
ORDER BY platform, account_id, checked_at
