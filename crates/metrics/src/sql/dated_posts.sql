-- Posts with a time, by the numbers of their accounts and of their tags; own is 0 where somebody else's words were passed on. collected is
-- 0 where the post was only seen nested in the record of another: neither it nor a copy of it was a record of its own.
-- Asks `numbers` (numbers.sql) and `words` (words.sql).
-- One row is a post; the table `dated_posts`.
WITH also_collected AS (
    SELECT DISTINCT kept_file, kept_line, kept_part
    FROM duplicates
    WHERE "table" = 'posts' AND dropped_part = 0 AND kept_part > 0
),
tagged AS (
    SELECT p.platform AS platform, p.account_id AS account_id, p.posted_at AS posted_at,
           CASE WHEN p.kind = 'repost' THEN 0 ELSE 1 END AS own,
           CASE WHEN p.source_part = 0 OR c.kept_file IS NOT NULL THEN 1 ELSE 0 END AS collected,
           COALESCE(p.lang, '') AS lang, COALESCE(p.detected_lang, '') AS detected_lang
    FROM posts p
    LEFT JOIN also_collected c
        ON p.source_file = c.kept_file AND p.source_line = c.kept_line AND p.source_part = c.kept_part
    WHERE p.posted_at IS NOT NULL
)
SELECT n.account AS account, p.posted_at AS posted_at, CAST(p.posted_at AS DATE) AS posted_on, CAST(p.own AS INTEGER) AS own,
       CAST(p.collected AS INTEGER) AS collected, t.number AS tagged, d.number AS detected
FROM tagged p
JOIN numbers n ON p.platform = n.platform AND p.account_id = n.account_id
JOIN words t ON p.lang = t.word
JOIN words d ON p.detected_lang = d.word
