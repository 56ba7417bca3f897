-- Whom the members of each set followed, as seen in each window: of the accounts that it follows, how many belong to the set too, how many do
-- not, and with how many of those in the set the tie goes both ways. A tie is a distinct ordered pair of different accounts,
-- however often it was seen; a follow without a time counts in the window 'all' only.
-- One row is an account in a set and a window that has such a tie.
WITH on_list AS (
    SELECT m."set" AS set_name, w."window" AS window_name, m.platform AS platform, m.account_id AS account_id,
           COUNT(*) AS samples
    FROM members m CROSS JOIN windows w
    WHERE m.sample_at >= w.from_at AND m.sample_at <= w.to_at
    GROUP BY m."set", w."window", m.platform, m.account_id
),
ties AS (
    SELECT w."window" AS window_name, f.platform AS platform, f.follower_id AS follower_id, f.followed_id AS followed_id,
           COUNT(*) AS times_seen
    FROM follows f CROSS JOIN windows w
    WHERE f.follower_id <> f.followed_id
      AND ((f.observed_at >= w.from_at AND f.observed_at <= w.to_at) OR (f.observed_at IS NULL AND w."window" = 'all'))
    GROUP BY w."window", f.platform, f.follower_id, f.followed_id
),
own AS (
    SELECT l.set_name AS set_name, t.window_name AS window_name, t.platform AS platform, t.follower_id AS account_id,
           t.followed_id AS other_id
    FROM ties t JOIN on_list l
      ON t.window_name = l.window_name AND t.platform = l.platform AND t.follower_id = l.account_id
),
placed AS (
    SELECT o.set_name AS set_name, o.window_name AS window_name, o.platform AS platform, o.account_id AS account_id,
           o.other_id AS other_id, l.samples AS other_samples
    FROM own o LEFT JOIN on_list l
      ON o.set_name = l.set_name AND o.window_name = l.window_name AND o.platform = l.platform AND o.other_id = l.account_id
),
returned AS (
    SELECT p.set_name AS set_name, p.window_name AS window_name, p.platform AS platform, p.account_id AS account_id,
           p.other_samples AS other_samples, t.times_seen AS back
    FROM placed p LEFT JOIN ties t
      ON p.window_name = t.window_name AND p.platform = t.platform AND p.other_id = t.follower_id AND p.account_id = t.followed_id
)
SELECT set_name, window_name, platform, account_id, COUNT(other_samples) AS inside,
       COUNT(CASE WHEN other_samples IS NULL THEN 1 END) AS outside,
       COUNT(CASE WHEN other_samples IS NOT NULL AND back IS NOT NULL THEN 1 END) AS reciprocated
FROM returned
GROUP BY set_name, window_name, platform, account_id
ORDER BY set_name, window_name, platform, account_id
