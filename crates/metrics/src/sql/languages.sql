-- In which languages each account wrote within each window: its own posts (what it passed on is somebody else's words) by the
-- platform's tag and by the language that was detected; '' where there is none.
-- One row is a pair of tag and detected language of an account in a window.
WITH own AS (
    SELECT platform, account_id, CAST(posted_at AS DATE) AS posted_on, COALESCE(lang, '') AS tagged,
           COALESCE(detected_lang, '') AS detected
    FROM posts
    WHERE posted_at IS NOT NULL AND kind <> 'repost'
),
daily AS (
    SELECT platform, account_id, posted_on, tagged, detected, COUNT(*) AS posts
    FROM own
    GROUP BY platform, account_id, posted_on, tagged, detected
),
days AS (
    SELECT CAST(posted_at AS DATE) AS posted_on
    FROM posts
    WHERE posted_at IS NOT NULL
    GROUP BY CAST(posted_at AS DATE)
),
window_days AS (
    SELECT "window" AS window_name, CAST(from_at AS DATE) AS first_day, CAST(to_at AS DATE) AS last_day
    FROM windows
),
calendar AS (
    SELECT w.window_name AS window_name, d.posted_on AS posted_on
    FROM days d CROSS JOIN window_days w
    WHERE d.posted_on >= w.first_day AND d.posted_on <= w.last_day
)
SELECT c.window_name AS window_name, d.platform AS platform, d.account_id AS account_id, d.tagged AS tagged,
       d.detected AS detected, SUM(d.posts) AS posts
FROM daily d JOIN calendar c ON d.posted_on = c.posted_on
GROUP BY c.window_name, d.platform, d.account_id, d.tagged, d.detected
ORDER BY window_name, platform, account_id, tagged, detected
