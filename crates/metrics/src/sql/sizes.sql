-- How large each set was at each sample: accounts on its list, those that answered, and those whose state was not known.
-- One row is a set at a sample.
SELECT "set" AS set_name, sample_at, COUNT(*) AS on_list,
       COUNT(CASE WHEN alive THEN 1 END) AS alive,
       COUNT(CASE WHEN state = 'unknown' THEN 1 END) AS not_known
FROM members
GROUP BY "set", sample_at
ORDER BY set_name, sample_at
