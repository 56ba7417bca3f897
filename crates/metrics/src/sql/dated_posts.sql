-- Posts with a time, by the numbers of their accounts and of their tags; own is 0 where somebody else's words were passed on.
-- Asks `numbers` (numbers.sql) and `words` (words.sql).
-- One row is a post; the table `dated_posts`.
WITH tagged AS (
    SELECT platform, account_id, posted_at, CASE WHEN kind = 'repost' THEN 0 ELSE 1 END AS own, COALESCE(lang, '') AS lang,
           COALESCE(detected_lang, '') AS detected_lang
    FROM posts
    WHERE posted_at IS NOT NULL
)
SELECT n.account AS account, p.posted_at AS posted_at, CAST(p.posted_at AS DATE) AS posted_on, CAST(p.own AS INTEGER) AS own,
       t.number AS tagged, d.number AS detected
FROM tagged p
JOIN numbers n ON p.platform = n.platform AND p.account_id = n.account_id
JOIN words t ON p.lang = t.word
JOIN words d ON p.detected_lang = d.word
