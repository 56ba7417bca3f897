-- Every account that posted, at each sample from its first sign of life on: who counts as listed where the archive itself is the
-- list. A post that came only nested in somebody's repost (source_part above 0) does not make its author one of the archive's.
-- One row is a sample and an account.
SELECT s.sample_at AS sample_at, a.platform AS platform, a.account_id AS account_id
FROM samples s CROSS JOIN (
    SELECT e.platform AS platform, e.account_id AS account_id, MIN(e.first_alive_at) AS first_alive_at
    FROM spells e JOIN (SELECT DISTINCT platform, account_id FROM posts WHERE source_part = 0) p
      ON e.platform = p.platform AND e.account_id = p.account_id
    GROUP BY e.platform, e.account_id
) a
WHERE a.first_alive_at <= s.sample_at
ORDER BY platform, account_id, sample_at
