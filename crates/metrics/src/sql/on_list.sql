-- Who belonged to which set in which window: the accounts with a membership at any sample of the window, alive then or not.
-- One row is an account in a set and a window.
SELECT m."set" AS set_name, w."window" AS window_name, m.platform AS platform, m.account_id AS account_id, COUNT(*) AS samples
FROM members m CROSS JOIN windows w
WHERE m.sample_at >= w.from_at AND m.sample_at <= w.to_at
GROUP BY m."set", w."window", m.platform, m.account_id
ORDER BY set_name, window_name, platform, account_id
