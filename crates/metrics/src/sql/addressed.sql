-- Who addressed whom, by the numbers of both accounts and of the kind, in the order of their names; nobody addresses himself.
-- One row is an ordered pair of accounts, a kind and a day; the table `addressed`.
WITH numbered AS (
    SELECT a.account AS source, b.account AS target,
           CASE i.kind WHEN 'mention' THEN 1 WHEN 'quote' THEN 2 WHEN 'reply' THEN 3 ELSE 4 END AS kind, i."day" AS on_day,
           i."count" AS times
    FROM interactions i
    JOIN numbers a ON i.platform = a.platform AND i.source = a.account_id
    JOIN numbers b ON i.platform = b.platform AND i.target = b.account_id
    WHERE i.source <> i.target
)
SELECT source, target, kind, on_day, SUM(times) AS times
FROM numbered
GROUP BY source, target, kind, on_day
