-- Every account at each sample from its first sign of life on: who counts as listed where the archive itself is the list.
-- One row is a sample and an account.
SELECT s.sample_at AS sample_at, a.platform AS platform, a.account_id AS account_id
FROM samples s CROSS JOIN spells a
WHERE a.entered_at <= s.sample_at
ORDER BY platform, account_id, sample_at
