-- Which account each number stands for.
-- Asks `numbers` (numbers.sql).
-- One row is an account.
SELECT account, platform, account_id
FROM numbers
ORDER BY account
