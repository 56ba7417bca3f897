-- Who followed the members of each set: of the accounts on a member's list of followers, how
-- many were on the list of the set too, how many were not, and with how many of those on the list the tie went both ways (as seen
-- at any time).
-- A tie is an ordered pair of different accounts. What was seen of an account at one moment is taken as one list. A tie may have
-- been seen in the list of the account at its other end instead; only the lists of members are taken to have been collected, so a
-- list that holds somebody who was not on the list of the set then was collected (collected = 1) and holds all. Of each account
-- the last such list within the window counts; without one, the last moment at which a tie was seen, which says little.
-- A follow without a time is taken as seen at the end of the period.
-- One row is an account in a set and a window that has such a tie.
WITH period AS (
    SELECT to_at
    FROM windows
    WHERE "window" = 'all'
),
ties AS (
    SELECT f.platform AS platform, f.followed_id AS account_id, f.follower_id AS other_id,
           COALESCE(f.observed_at, p.to_at) AS seen_at
    FROM follows f CROSS JOIN period p
    WHERE f.follower_id <> f.followed_id
),
backs AS (
    SELECT platform, other_id AS account_id, account_id AS other_id, COUNT(*) AS times_seen
    FROM ties
    GROUP BY platform, other_id, account_id
),
own AS (
    SELECT s."set" AS set_name, t.platform AS platform, t.account_id AS account_id, t.other_id AS other_id,
           t.seen_at AS seen_at, COUNT(*) AS entries
    FROM ties t JOIN stays s ON t.platform = s.platform AND t.account_id = s.account_id
    WHERE (s.from_at IS NULL OR s.from_at <= t.seen_at) AND (s.to_at IS NULL OR s.to_at > t.seen_at)
    GROUP BY s."set", t.platform, t.account_id, t.other_id, t.seen_at
),
inner_ties AS (
    SELECT o.set_name AS set_name, o.platform AS platform, o.account_id AS account_id, o.other_id AS other_id,
           o.seen_at AS seen_at, COUNT(*) AS entries
    FROM own o JOIN stays s ON o.set_name = s."set" AND o.platform = s.platform AND o.other_id = s.account_id
    WHERE (s.from_at IS NULL OR s.from_at <= o.seen_at) AND (s.to_at IS NULL OR s.to_at > o.seen_at)
    GROUP BY o.set_name, o.platform, o.account_id, o.other_id, o.seen_at
),
returned AS (
    SELECT i.set_name AS set_name, i.platform AS platform, i.account_id AS account_id, i.seen_at AS seen_at,
           COUNT(*) AS inside, COUNT(b.times_seen) AS reciprocated
    FROM inner_ties i LEFT JOIN backs b
      ON i.platform = b.platform AND i.account_id = b.account_id AND i.other_id = b.other_id
    GROUP BY i.set_name, i.platform, i.account_id, i.seen_at
),
lists AS (
    SELECT set_name, platform, account_id, seen_at, COUNT(*) AS ties
    FROM own
    GROUP BY set_name, platform, account_id, seen_at
),
placed AS (
    SELECT w."window" AS window_name, l.set_name AS set_name, l.platform AS platform, l.account_id AS account_id,
           l.seen_at AS seen_at, l.ties AS ties
    FROM lists l CROSS JOIN windows w
    WHERE l.seen_at >= w.from_at AND l.seen_at <= w.to_at
),
counted AS (
    SELECT p.window_name AS window_name, p.set_name AS set_name, p.platform AS platform, p.account_id AS account_id,
           p.seen_at AS seen_at, COALESCE(r.inside, 0) AS inside, p.ties - COALESCE(r.inside, 0) AS outside,
           COALESCE(r.reciprocated, 0) AS reciprocated
    FROM placed p LEFT JOIN returned r
      ON p.set_name = r.set_name AND p.platform = r.platform AND p.account_id = r.account_id AND p.seen_at = r.seen_at
),
chosen AS (
    SELECT set_name, window_name, platform, account_id,
           COALESCE(MAX(CASE WHEN outside > 0 THEN seen_at END), MAX(seen_at)) AS seen_at
    FROM counted
    GROUP BY set_name, window_name, platform, account_id
)
SELECT l.set_name AS set_name, l.window_name AS window_name, l.platform AS platform, l.account_id AS account_id,
       CASE WHEN l.outside > 0 THEN 1 ELSE 0 END AS collected,
       l.inside AS inside, l.outside AS outside, l.reciprocated AS reciprocated
FROM counted l JOIN chosen c
  ON l.set_name = c.set_name AND l.window_name = c.window_name AND l.platform = c.platform AND l.account_id = c.account_id
 AND l.seen_at = c.seen_at
ORDER BY set_name, window_name, platform, account_id
