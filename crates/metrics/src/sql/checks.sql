-- Each check of each account with the check before it, and on the list of which sets the account was at the check before.
-- Of two answers at the same moment the first in the alphabet counts, which puts `active` before every end; an answer that says
-- nothing of the account is no check. An account that stays gone ended once, and was suspended where one of the checks that found
-- it gone, until it answered again, says so: a platform may at first say only that it is not found.
-- One row is a check.
WITH answers AS (
    SELECT platform, account_id, observed_at, MIN(state) AS state
    FROM availability
    WHERE state <> 'unknown'
    GROUP BY platform, account_id, observed_at
),
found AS (
    SELECT platform, account_id, observed_at, state,
           CASE WHEN state = 'suspended' OR state = 'deactivated' OR state = 'not_found' THEN 1 ELSE 0 END AS gone
    FROM answers
),
numbered AS (
    SELECT platform, account_id, observed_at, state, gone,
           ROW_NUMBER() OVER (PARTITION BY platform, account_id ORDER BY observed_at) AS place,
           ROW_NUMBER() OVER (PARTITION BY platform, account_id, gone ORDER BY observed_at) AS place_among_alike
    FROM found
),
runs AS (
    SELECT platform, account_id, observed_at, state, gone, place - place_among_alike AS run
    FROM numbered
),
suspensions AS (
    SELECT platform, account_id, run
    FROM runs
    WHERE state = 'suspended'
    GROUP BY platform, account_id, run
),
told AS (
    SELECT r.platform AS platform, r.account_id AS account_id, r.observed_at AS observed_at,
           CASE WHEN r.gone = 1 AND s.run IS NOT NULL THEN 'suspended' ELSE r.state END AS state
    FROM runs r LEFT JOIN suspensions s
      ON r.platform = s.platform AND r.account_id = s.account_id AND r.run = s.run
),
checks AS (
    SELECT platform, account_id, observed_at AS checked_at, state,
           LAG(observed_at) OVER (PARTITION BY platform, account_id ORDER BY observed_at) AS previous_at,
           LAG(state) OVER (PARTITION BY platform, account_id ORDER BY observed_at) AS previous_state
    FROM told
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
