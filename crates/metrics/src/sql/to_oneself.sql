-- How many records of who addressed whom there are, and how many of them are of accounts that addressed themselves.
-- One row is a kind of interaction.
SELECT kind, COUNT(*) AS records, COUNT(CASE WHEN source = target THEN 1 END) AS to_oneself
FROM interactions
GROUP BY kind
ORDER BY kind
