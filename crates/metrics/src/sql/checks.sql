-- Each check of each account with the check before it. Of two answers at the same moment the first in the alphabet counts, which
-- puts `active` before every end; an answer that says nothing of the account is no check.
-- One row is a check.
WITH answers AS (
    SELECT platform, account_id, observed_at, MIN(state) AS state
    FROM availability
    WHERE state <> 'unknown'
    GROUP BY platform, account_id, observed_at
)
SELECT platform, account_id, observed_at AS checked_at, state,
       LAG(observed_at) OVER (PARTITION BY platform, account_id ORDER BY observed_at) AS previous_at,
       LAG(state) OVER (PARTITION BY platform, account_id ORDER BY observed_at) AS previous_state
FROM answers
ORDER BY platform, account_id, checked_at
