-- In which languages each account wrote in each window: its own posts (what it passed on is somebody else's words) by the
-- platform's tag and by the language that was detected, both by number.
-- Asks `dated_posts` (dated_posts.sql) and `spans` (spans.sql).
-- One row is a pair of tag and detected language of an account in a window.
WITH daily AS (
    SELECT account, posted_on, tagged, detected, COUNT(*) AS posts
    FROM dated_posts
    WHERE own = 1
    GROUP BY account, posted_on, tagged, detected
),
days AS (
    SELECT posted_on
    FROM daily
    GROUP BY posted_on
),
calendar AS (
    SELECT s.window_number AS window_number, d.posted_on AS posted_on
    FROM days d CROSS JOIN spans s
    WHERE d.posted_on >= s.first_day AND d.posted_on <= s.last_day
)
SELECT c.window_number AS window_number, d.account AS account, d.tagged AS tagged, d.detected AS detected, SUM(d.posts) AS posts
FROM daily d JOIN calendar c ON d.posted_on = c.posted_on
GROUP BY c.window_number, d.account, d.tagged, d.detected
ORDER BY window_number, account, tagged, detected
