-- Where the members that answered at a sample placed themselves: by the countries that the location may mean
-- (one where it tells), '' where none could be read.
-- `observed` counts those whose profile was seen, `shown` those that declared any location.
-- One row is a country in a set at a sample.
SELECT "set" AS set_name, sample_at, COALESCE(location_candidates, '') AS country, COUNT(*) AS accounts,
       COUNT(location_shown) AS observed,
       COUNT(CASE WHEN location_shown THEN 1 END) AS shown
FROM members
WHERE alive
GROUP BY "set", sample_at, COALESCE(location_candidates, '')
ORDER BY set_name, sample_at, country
