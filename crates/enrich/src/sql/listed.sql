-- Whom the roster lists at each sample: from listed_at on, until before unlisted_at; a null leaves that side open.
-- One row is a sample and an account that the data show (it has a spell), however many entries name it.
SELECT s.sample_at AS sample_at, r.platform AS platform, r.account_id AS account_id, COUNT(*) AS entries
FROM samples s CROSS JOIN (
    SELECT e.platform, e.account_id, e.listed_at, e.unlisted_at
    FROM roster e JOIN spells a ON e.platform = a.platform AND e.account_id = a.account_id
) r
WHERE (r.listed_at IS NULL OR r.listed_at <= s.sample_at)
  AND (r.unlisted_at IS NULL OR r.unlisted_at > s.sample_at)
GROUP BY s.sample_at, r.platform, r.account_id
ORDER BY platform, account_id, sample_at
