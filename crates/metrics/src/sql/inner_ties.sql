-- Follows between two accounts that were both on the list of a set when the tie was seen, by numbers; returned is 1 where the other
-- followed back, as seen at any time.
-- Asks `ties` (ties.sql) and `listings` (listings.sql).
-- One row is a set and an ordered pair of accounts at a moment; the table `inner_ties`.
WITH ever_listed AS (
    SELECT account
    FROM listings
    GROUP BY account
),
between_listed AS (
    SELECT t.follower AS follower, t.followed AS followed, t.seen_at AS seen_at
    FROM ties t
    JOIN ever_listed a ON t.follower = a.account
    JOIN ever_listed b ON t.followed = b.account
),
backs AS (
    SELECT followed AS follower, follower AS followed, 1 AS returned
    FROM between_listed
    GROUP BY followed, follower
),
marked AS (
    SELECT t.follower AS follower, t.followed AS followed, t.seen_at AS seen_at, COALESCE(b.returned, 0) AS returned
    FROM between_listed t LEFT JOIN backs b ON t.follower = b.follower AND t.followed = b.followed
)
SELECT a.set_number AS set_number, t.follower AS follower, t.followed AS followed, t.seen_at AS seen_at, t.returned AS returned
FROM marked t
JOIN listings a ON t.follower = a.account
JOIN listings b ON a.set_number = b.set_number AND t.followed = b.account
WHERE (a.from_at IS NULL OR a.from_at <= t.seen_at) AND (a.to_at IS NULL OR a.to_at > t.seen_at)
  AND (b.from_at IS NULL OR b.from_at <= t.seen_at) AND (b.to_at IS NULL OR b.to_at > t.seen_at)
