-- Numbers for the tags of languages, the platforms' and those detected, in the order of the alphabet; '' is where there is none.
-- One row is a tag; the table `words`.
WITH named AS (
    SELECT COALESCE(lang, '') AS word
    FROM posts
    WHERE posted_at IS NOT NULL
    GROUP BY COALESCE(lang, '')
    UNION ALL
    SELECT COALESCE(detected_lang, '') AS word
    FROM posts
    WHERE posted_at IS NOT NULL
    GROUP BY COALESCE(detected_lang, '')
),
different AS (
    SELECT word
    FROM named
    GROUP BY word
)
SELECT word, CAST(ROW_NUMBER() OVER (ORDER BY word) AS INTEGER) AS number
FROM different
