-- Who followed the members of each set: of the accounts on a member's list of followers, how
-- many were on the list of the set too, how many were not, and with how many of those on the list the tie went both ways (as seen
-- at any time).
-- A tie is an ordered pair of different accounts. What was seen of an account at one moment is taken as one list. A tie may have
-- been seen in the list of the account at its other end instead; only the lists of members are taken to have been collected, so a
-- list that holds somebody who was not on the list of the set then was collected (collected = 1) and holds all. Of each account
-- the last such list within the window counts; without one, the last moment at which a tie was seen, which says little.
-- Asks `ties` (ties.sql), `inner_ties` (inner_ties.sql), `listings` (listings.sql) and `spans` (spans.sql).
-- One row is an account in a set and a window that has such a tie.
WITH sizes AS (
    SELECT followed AS account, seen_at, COUNT(*) AS ties
    FROM ties
    GROUP BY followed, seen_at
),
lists AS (
    SELECT l.set_number AS set_number, s.account AS account, s.seen_at AS seen_at, s.ties AS ties
    FROM sizes s JOIN listings l ON s.account = l.account
    WHERE (l.from_at IS NULL OR l.from_at <= s.seen_at) AND (l.to_at IS NULL OR l.to_at > s.seen_at)
),
inner_lists AS (
    SELECT set_number, followed AS account, seen_at, COUNT(*) AS inside, SUM(returned) AS reciprocated
    FROM inner_ties
    GROUP BY set_number, followed, seen_at
),
moments AS (
    SELECT seen_at
    FROM ties
    GROUP BY seen_at
),
calendar AS (
    SELECT w.window_number AS window_number, m.seen_at AS seen_at
    FROM moments m CROSS JOIN spans w
    WHERE m.seen_at >= w.from_at AND m.seen_at <= w.to_at
),
placed AS (
    SELECT c.window_number AS window_number, l.set_number AS set_number, l.account AS account, l.seen_at AS seen_at, l.ties AS ties
    FROM lists l JOIN calendar c ON l.seen_at = c.seen_at
),
counted AS (
    SELECT p.window_number AS window_number, p.set_number AS set_number, p.account AS account, p.seen_at AS seen_at,
           COALESCE(r.inside, 0) AS inside, p.ties - COALESCE(r.inside, 0) AS outside, COALESCE(r.reciprocated, 0) AS reciprocated
    FROM placed p LEFT JOIN inner_lists r ON p.set_number = r.set_number AND p.account = r.account AND p.seen_at = r.seen_at
),
chosen AS (
    SELECT set_number, window_number, account, COALESCE(MAX(CASE WHEN outside > 0 THEN seen_at END), MAX(seen_at)) AS seen_at
    FROM counted
    GROUP BY set_number, window_number, account
)
SELECT c.set_number AS set_number, c.window_number AS window_number, c.account AS account,
       CASE WHEN c.outside > 0 THEN 1 ELSE 0 END AS collected,
       c.seen_at AS seen_at, c.inside AS inside, c.outside AS outside, c.reciprocated AS reciprocated
FROM counted c
JOIN chosen h ON c.set_number = h.set_number AND c.window_number = h.window_number AND c.account = h.account AND c.seen_at = h.seen_at
ORDER BY set_number, window_number, account
