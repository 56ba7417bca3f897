-- What was seen of the accounts of each person's chain: each observation of followers and of the pace until then.
-- One row is a moment at which an account was observed.
SELECT p.persona_id AS person_id, p.return_number AS return_number, p.platform AS platform, p.account_id AS account_id,
       a.observed_at AS observed_at, MAX(a.followers) AS followers, MAX(a.tweets_per_day) AS tweets_per_day
FROM personas p JOIN accounts a ON p.platform = a.platform AND p.account_id = a.account_id
WHERE a.observed_at IS NOT NULL
GROUP BY p.persona_id, p.return_number, p.platform, p.account_id, a.observed_at
ORDER BY person_id, return_number, platform, account_id, observed_at
