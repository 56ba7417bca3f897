-- The numbers of the accounts of persons' chains.
-- Asks `numbers` (numbers.sql).
-- One row is an account.
SELECT n.account AS account, p.platform AS platform, p.account_id AS account_id
FROM personas p JOIN numbers n ON p.platform = n.platform AND p.account_id = n.account_id
GROUP BY n.account, p.platform, p.account_id
ORDER BY account
