-- Who was on the list of which set at any time within which window.
-- Asks `listings` (listings.sql) and `spans` (spans.sql).
-- One row is an account in a set and a window.
SELECT l.set_number AS set_number, s.window_number AS window_number, l.account AS account
FROM listings l CROSS JOIN spans s
WHERE (l.from_at IS NULL OR l.from_at <= s.to_at) AND (l.to_at IS NULL OR l.to_at > s.from_at)
GROUP BY l.set_number, s.window_number, l.account
ORDER BY set_number, window_number, account
