-- Numbers for accounts, in the order of platform and id, so that what is large is joined and grouped by numbers and not by texts.
-- One row is an account that posts, is observed, is listed, has a life or a person, follows, is followed, addresses, or is addressed;
-- the table `numbers`.
WITH named AS (
    SELECT platform, account_id
    FROM posts
    GROUP BY platform, account_id
    UNION ALL
    SELECT platform, account_id
    FROM accounts
    GROUP BY platform, account_id
    UNION ALL
    SELECT platform, account_id
    FROM stays
    GROUP BY platform, account_id
    UNION ALL
    SELECT platform, account_id
    FROM spells
    GROUP BY platform, account_id
    UNION ALL
    SELECT platform, account_id
    FROM personas
    GROUP BY platform, account_id
    UNION ALL
    SELECT platform, follower_id AS account_id
    FROM follows
    GROUP BY platform, follower_id
    UNION ALL
    SELECT platform, followed_id AS account_id
    FROM follows
    GROUP BY platform, followed_id
    UNION ALL
    SELECT platform, source AS account_id
    FROM interactions
    GROUP BY platform, source
    UNION ALL
    SELECT platform, target AS account_id
    FROM interactions
    GROUP BY platform, target
),
different AS (
    SELECT platform, account_id
    FROM named
    GROUP BY platform, account_id
)
SELECT platform, account_id, CAST(ROW_NUMBER() OVER (ORDER BY platform, account_id) AS INTEGER) AS account
FROM different
